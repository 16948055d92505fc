/** Renditions: that they are made, and what they carry. */
import type { NegotiatedFormat } from '../../../edge/config.ts'
import { hasHeader, header, imageFormatOf, mediaTypeOf, outcome, quoted } from '../answer.ts'
import { type Check, differs, type Finding, holds, judged, skipped } from '../check.ts'
import { isShown, type Place } from '../check-target.ts'
import type { Answer } from '../http.ts'
import { questionOf } from '../objects.ts'
import { attachFunction, nameAnObject } from '../remedies.ts'
import { hasImages, images, noPicture, pictureOf, said, smallest, UNLESS } from './pictures.ts'

const RULE = 'README, "Images"'

/** Reasons that are the object's own: another one shows more. README, "Images". */
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

export const IMAGE_CHECKS: readonly Check<Place>[] = [
  {
    id: 'image-original',
    title: 'without an Accept and parameters, the picture is the original',
    rule: RULE,
    asks: 1,
    after: ['origin-request'],
    appliesTo: hasImages,
    async ask(place, { ask }) {
      const picture = pictureOf(place)
      if (picture === undefined) return noPicture(place)
      const format = imageFormatOf(picture.answer)
      const answer = await ask(questionOf(place, picture))
      return judged(
        imageFormatOf(answer) === format && !hasHeader(answer, 'x-rimlight'),
        `${format}, no x-rimlight`,
        `${imageFormatOf(answer) || 'no image'}, ${said(answer)}`,
      )
    },
    means: (place) => `Whoever asks for a picture as it is gets another. ${attachFunction(place, 'viewer-request')}`,
  },
  ...(['webp', 'avif'] as const).map(renditionCheck),
  {
    id: 'image-range',
    title: 'a part of the original is not taken for a part of a rendition',
    rule: 'README, "Which headers change"; RFC 9110, 14.2',
    asks: 2,
    after: ['origin-request'],
    unless: UNLESS,
    appliesTo: hasImages,
    async ask(place, { ask }) {
      const picture = pictureOf(place)
      if (picture === undefined) return noPicture(place)
      const question = questionOf(place, picture, [smallest(place)])
      const part = await ask({ ...question, headers: { range: 'bytes=0-9' } })
      const whole = await ask(question)
      const total = /\/(\d+)$/.exec(header(part, 'content-range'))?.[1]
      const isPart = part.status === 206 && Number(total) === whole.bytes
      const isWhole = part.status === 200 && part.bytes === whole.bytes
      return judged(
        isPart || isWhole,
        `200 with all ${whole.bytes} bytes of the rendition, or a part of these`,
        `${outcome(part)}, ${part.bytes} bytes, content-range: ${quoted(part, 'content-range')}`,
      )
    },
    means: (place) =>
      `Viewers that read on where they were broken off put two pictures together. ${attachFunction(place, 'viewer-request')}`,
  },
]

function renditionCheck(format: NegotiatedFormat): Check<Place> {
  return {
    id: `image-${format}`,
    title: `who accepts image/${format} gets it, at the width asked for`,
    rule: RULE,
    asks: 1,
    after: ['origin-request'],
    unless: [...UNLESS, 'viewer-request', 'key-w', 'key-fm'],
    appliesTo: (place) => hasImages(place) && images(place).formats.includes(format),
    async ask(place, { ask }) {
      if (!isShown(place, 'x-rimlight')) return skipped('the config drops x-rimlight, which says what was made')
      const picture = pictureOf(place, format)
      if (picture === undefined) return noPicture(place)
      const question = questionOf(place, picture, [smallest(place)])
      const answer = await ask({ ...question, headers: { accept: `image/${format}` } })
      const reason = reasonOf(answer)
      if (OF_THE_OBJECT.includes(reason)) {
        return skipped(`${picture.path} stays the original: ${reason}; ${nameAnObject(place, '/another/picture.jpg')}`)
      }
      return judgedRendition(answer, format, images(place).widths[0] ?? 0)
    },
    means: (place) =>
      `No rendition is made, or another than was asked for. The function has to read Accept and w, and origin-response to be told of them. ${attachFunction(place, 'viewer-request')}`,
  }
}

/** AVIF that would not be ready in time is WebP. */
function judgedRendition(answer: Answer, format: NegotiatedFormat, width: number): Finding {
  const found = imageFormatOf(answer)
  const formats = format === 'avif' ? ['avif', 'webp'] : [format]
  const [, named = '', across = ''] = /^([a-z]+); (\d+)x\d+/.exec(header(answer, 'x-rimlight')) ?? []
  const isRight = formats.includes(found) && found === named && mediaTypeOf(answer) === `image/${found}`
  const says = `${found || 'no image'}, ${mediaTypeOf(answer) || 'no content-type'}, ${said(answer)}`
  if (!isRight) {
    const expected = `${format} by its bytes, image/${format}, x-rimlight: '${format}; ${width}x…'`
    return differs(expected, says, OF_THE_FUNCTION[reasonOf(answer)])
  }
  if (Number(across) > width) return differs(`at most ${width} pixels across`, says)
  if (!hasHeader(answer, 'etag')) return holds(header(answer, 'x-rimlight'))
  return differs("no etag: it is the original's", `etag: ${quoted(answer, 'etag')}`)
}
