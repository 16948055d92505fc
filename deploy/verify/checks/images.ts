/** Renditions: that they are made, by which parameters they are told apart, and what they carry. */
import type { NegotiatedFormat } from '../../../edge/config.ts'
import type { ImageSettings } from '../../../edge/settings.ts'
import { hasHeader, header, imageFormatOf, isHit, isNew, mediaTypeOf, outcome, quoted } from '../answer.ts'
import { type Check, differs, type Finding, holds, judged, skipped } from '../check.ts'
import type { Answer } from '../http.ts'
import { freshQuery, isThere } from '../objects.ts'
import { isCachedBucket, type KnownObject, type Place } from '../place.ts'
import { attachFunction, attachPolicy, nameAnObject } from '../say.ts'

const RULE = 'README, "Images"'

/** Formats that renditions are made of, by their first bytes. */
const SOURCES = ['jpg', 'png', 'webp', 'gif', 'tiff', 'avif']

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

const images = ({ route }: Place): ImageSettings => {
  if (route.images) return route.images
  throw new Error(`${route.path} has no images: its checks do not apply`)
}

const hasImages = (place: Place): boolean => isCachedBucket(place) && place.route.images !== null

/** The first picture among the objects that is not in this format by its name or its bytes. */
const pictureOf = ({ objects }: Place, unlike = ''): KnownObject | undefined =>
  objects.find((object) => {
    const format = imageFormatOf(object.answer)
    const isNamed = unlike !== '' && object.path.toLowerCase().endsWith(`.${unlike}`)
    return isThere(object) && SOURCES.includes(format) && format !== unlike && !isNamed
  })

const noPicture = (place: Place): Finding =>
  skipped(`no picture of this route is known; ${nameAnObject(place, '/a/picture.jpg')}`)

const questionOf = (
  place: Place,
  { path, query }: KnownObject,
  more: readonly string[],
  fresh = freshQuery(place),
) => ({
  path,
  query: [...query, ...fresh, ...more],
})

const smallest = (place: Place): string => `w=${images(place).widths[0]}`

/** `webp; 640x427; q=80`, `original; reason=deadline`. */
const said = (answer: Answer): string => `${outcome(answer)}, x-rimlight: ${quoted(answer, 'x-rimlight')}`

const reasonOf = (answer: Answer): string => /reason=([a-z-]+)/.exec(header(answer, 'x-rimlight'))?.[1] ?? ''

const AFTER = ['cached', 'origin-request']

/** Without this nothing is sure to be new. */
const UNLESS = ['key-version']

const NO_NEW_KEY = 'the route has no version parameter: a Hit may be left from another time'

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
      const answer = await ask(questionOf(place, picture, []))
      return judged(
        imageFormatOf(answer) === format && !hasHeader(answer, 'x-rimlight'),
        `${format}, no x-rimlight`,
        `${imageFormatOf(answer) || 'no image'}, ${said(answer)}`,
      )
    },
    means: (place) => `Whoever asks for a picture as it is gets another. ${attachFunction(place, 'viewer-request')}`,
  },
  ...(['w', 'h', 'q', 'fit', 'fm'] as const).map(parameterCheck),
  {
    id: 'key-accept',
    title: 'what a viewer accepts makes another object where it makes another picture',
    rule: 'README, "What is in the cache key": image parameters',
    asks: 2,
    after: AFTER,
    unless: [...UNLESS, 'viewer-request', 'key-fm'],
    appliesTo: hasImages,
    async ask(place, { ask }) {
      if (place.route.version === null) return skipped(NO_NEW_KEY)
      const format = images(place).formats[0] ?? 'webp'
      const picture = pictureOf(place, format)
      if (picture === undefined) return noPicture(place)
      const question = questionOf(place, picture, [smallest(place)])
      await ask({ ...question, headers: { accept: `image/${format}` } })
      const answer = await ask(question)
      const found = imageFormatOf(answer)
      return judged(
        isNew(answer) && found !== format,
        `no Hit, and no ${format} for whoever does not accept it`,
        `${outcome(answer)}, ${found || 'no image'}`,
      )
    },
    means: (place) =>
      `Viewers get pictures in formats that they can't show, or none of those that they can. The function puts what it made of Accept into fm, and the cache policy has to key on that. ${attachPolicy(place, 'cachePolicy')}`,
  },
  {
    id: 'image-ladder',
    title: 'a width snaps up to the ladder, and what is the default is left out',
    rule: 'README, "What is in the cache key": image parameters',
    asks: 5,
    after: AFTER,
    unless: [...UNLESS, 'viewer-request'],
    appliesTo: hasImages,
    async ask(place, { ask }) {
      const picture = pictureOf(place)
      if (picture === undefined) return noPicture(place)
      const { widths, quality } = images(place)
      const [width = 1] = widths
      let answer: Answer | undefined
      for (let round = 0; round < 2 && !(answer && isHit(answer)); round += 1) {
        const fresh = freshQuery(place)
        for (let times = 0; times <= round; times += 1) await ask(questionOf(place, picture, [`w=${width}`], fresh))
        const other = [`w=${Math.max(1, width - 1)}`, `q=${quality}`, 'auto=format', 'fit=max']
        answer = await ask(questionOf(place, picture, other, fresh))
      }
      if (answer === undefined) throw new Error('two rounds, and nothing was asked')
      return judged(isHit(answer), `a Hit: the rendition at ${width} pixels`, `${said(answer)} for ${answer.target}`)
    },
    means: (place) =>
      `One rendition is made and kept under many keys, and anybody can fill the cache by counting w=1, w=2 … ${attachFunction(place, 'viewer-request')}`,
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

/** Two variants that differ in one parameter alone. */
const PAIRS: Record<'w' | 'h' | 'q' | 'fit' | 'fm', (rules: ImageSettings) => [string[], string[]] | undefined> = {
  w: ({ widths: [one, other] }) => (other === undefined ? undefined : [[`w=${one}`], [`w=${other}`]]),
  h: ({ widths: [one, other] }) => (other === undefined ? undefined : [[`h=${one}`], [`h=${other}`]]),
  q: ({ widths: [width], qualities: [one, other] }) =>
    other === undefined
      ? undefined
      : [
          [`w=${width}`, `q=${one}`],
          [`w=${width}`, `q=${other}`],
        ],
  fit: ({ widths: [width], ratios }) =>
    ratios.includes('1:1')
      ? [
          [`w=${width}`, `h=${width}`, 'fit=crop'],
          [`w=${width}`, `h=${width}`],
        ]
      : undefined,
  fm: ({ widths: [width] }) => [
    [`w=${width}`, 'fm=jpg'],
    [`w=${width}`, 'fm=png'],
  ],
}

function parameterCheck(name: keyof typeof PAIRS): Check<Place> {
  return {
    id: `key-${name}`,
    title: `another ${name} is another object`,
    rule: 'README, "What is in the cache key": image parameters',
    asks: 2,
    after: AFTER,
    unless: UNLESS,
    appliesTo: (place) => hasImages(place) && PAIRS[name](images(place)) !== undefined,
    async ask(place, { ask }) {
      const picture = pictureOf(place)
      if (picture === undefined) return noPicture(place)
      if (place.route.version === null) return skipped(NO_NEW_KEY)
      const [one = [], other = []] = PAIRS[name](images(place)) ?? []
      const fresh = freshQuery(place)
      await ask(questionOf(place, picture, one, fresh))
      const answer = await ask(questionOf(place, picture, other, fresh))
      return judged(isNew(answer), 'no Hit: another object', `${said(answer)} for ${answer.target}`)
    },
    means: (place) =>
      `The cache policy of ${place.route.path} does not key on ${name}, or the function drops it: the first rendition that anybody asks for is given to all who ask for another. ${attachPolicy(place, 'cachePolicy')}`,
  }
}
