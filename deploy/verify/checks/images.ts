/** Renditions: that they are made, and what they carry. */
import type { NegotiatedFormat } from '../../../edge/config.ts'
import { answerMediaType, carriesHeader, header, imageFormatOf, outcome, quoted } from '../answer.ts'
import { type Check, type CheckFinding, differs, holds, judged, skipped } from '../check.ts'
import { type CheckTarget, isShown } from '../check-target.ts'
import type { Answer } from '../http.ts'
import { requestFor } from '../objects.ts'
import { attachFunction, nameAnObject } from '../remedies.ts'
import { hasImages, images, noPicture, pictureOf, said, smallest, UNLESS } from './pictures.ts'

const RULE = 'docs/requests.md, "Images"'

/** Reasons that are the object's own: another one shows more. docs/requests.md, "Images". */
const OF_THE_OBJECT = ['unsupported', 'too-large', 'too-many-pixels', 'corrupt', 'not-smaller', 'over-limit']

const OF_THE_FUNCTION: Record<string, string> = {
  'no-route': 'origin-request is not attached, or is of another build. `rimlight attach` sets it right.',
  disabled: 'The image step could not be loaded, or has no memory left: give origin-response more memory.',
  'source-error':
    'origin-response may not read the bucket: its role needs s3:GetObject there, and kms:Decrypt where the bucket uses a key of its own.',
  'source-timeout': 'S3 took too long to give origin-response the source: the bucket is far away, or the object large.',
  deadline: 'The rendition would not have been ready in time: memory is CPU, give origin-response more.',
  changed: 'The object was replaced while it was asked for: verify again.',
}

const reasonOf = (answer: Answer): string => /reason=([a-z-]+)/.exec(header(answer, 'x-rimlight'))?.[1] ?? ''

export const IMAGE_CHECKS: readonly Check<CheckTarget>[] = [
  {
    id: 'image-original',
    title: 'without an Accept and parameters, the picture is the original',
    rule: RULE,
    asks: 1,
    after: ['origin-request'],
    appliesTo: hasImages,
    async ask(target, { ask }) {
      const picture = pictureOf(target)
      if (picture === undefined) return noPicture(target)
      const format = imageFormatOf(picture.answer)
      const answer = await ask(requestFor(target, picture))
      return judged(
        imageFormatOf(answer) === format && !carriesHeader(answer, 'x-rimlight'),
        `${format}, no x-rimlight`,
        `${imageFormatOf(answer) || 'no image'}, ${said(answer)}`,
      )
    },
    means: (target) => `Whoever asks for a picture as it is gets another. ${attachFunction(target, 'viewer-request')}`,
  },
  ...(['webp', 'avif'] as const).map(renditionCheck),
  {
    id: 'image-range',
    title: 'a part of the original is not taken for a part of a rendition',
    rule: 'docs/requests.md, "Which headers change"; RFC 9110, 14.2',
    asks: 2,
    after: ['origin-request'],
    unless: UNLESS,
    appliesTo: hasImages,
    async ask(target, { ask }) {
      const picture = pictureOf(target)
      if (picture === undefined) return noPicture(target)
      const request = requestFor(target, picture, [smallest(target)])
      const part = await ask({ ...request, headers: { range: 'bytes=0-9' } })
      const whole = await ask(request)
      const total = /\/(\d+)$/.exec(header(part, 'content-range'))?.[1]
      const isPart = part.status === 206 && Number(total) === whole.bytes
      const isWhole = part.status === 200 && part.bytes === whole.bytes
      return judged(
        isPart || isWhole,
        `200 with all ${whole.bytes} bytes of the rendition, or a part of these`,
        `${outcome(part)}, ${part.bytes} bytes, content-range: ${quoted(part, 'content-range')}`,
      )
    },
    means: (target) =>
      `Viewers that read on where they were broken off put two pictures together. ${attachFunction(target, 'viewer-request')}`,
  },
]

function renditionCheck(format: NegotiatedFormat): Check<CheckTarget> {
  return {
    id: `image-${format}`,
    title: `who accepts image/${format} gets it, at the width asked for`,
    rule: RULE,
    asks: 1,
    after: ['origin-request'],
    unless: [...UNLESS, 'viewer-request', 'key-w', 'key-fm'],
    appliesTo: (target) => hasImages(target) && images(target).formats.includes(format),
    async ask(target, { ask }) {
      if (!isShown(target, 'x-rimlight')) return skipped('the config drops x-rimlight, which says what was made')
      const picture = pictureOf(target, format)
      if (picture === undefined) return noPicture(target)
      const request = requestFor(target, picture, [smallest(target)])
      const answer = await ask({ ...request, headers: { accept: `image/${format}` } })
      const reason = reasonOf(answer)
      if (OF_THE_OBJECT.includes(reason)) {
        return skipped(`${picture.path} stays the original: ${reason}; ${nameAnObject(target, '/another/picture.jpg')}`)
      }
      return judgedRendition(answer, format, images(target).widths[0] ?? 0)
    },
    means: (target) =>
      `No rendition is made, or another than was asked for. The function has to read Accept and w, and origin-response to be told of them. ${attachFunction(target, 'viewer-request')}`,
  }
}

/** AVIF that would not be ready in time is WebP. */
function judgedRendition(answer: Answer, format: NegotiatedFormat, width: number): CheckFinding {
  const found = imageFormatOf(answer)
  const formats = format === 'avif' ? ['avif', 'webp'] : [format]
  const [, named = '', across = ''] = /^([a-z]+); (\d+)x\d+/.exec(header(answer, 'x-rimlight')) ?? []
  const isRight = formats.includes(found) && found === named && answerMediaType(answer) === `image/${found}`
  const says = `${found || 'no image'}, ${answerMediaType(answer) || 'no content-type'}, ${said(answer)}`
  if (!isRight) {
    const expected = `${format} by its bytes, image/${format}, x-rimlight: '${format}; ${width}x…'`
    return differs(expected, says, OF_THE_FUNCTION[reasonOf(answer)])
  }
  if (Number(across) > width) return differs(`at most ${width} pixels across`, says)
  if (!carriesHeader(answer, 'etag')) return holds(header(answer, 'x-rimlight'))
  return differs("no etag: it is the original's", `etag: ${quoted(answer, 'etag')}`)
}
