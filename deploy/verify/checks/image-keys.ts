/** The cache key of renditions: by which parameters they are told apart. */
import type { ImageSettings } from '../../../bundle/settings.ts'
import { imageFormatOf, isHit, isNew, outcome } from '../answer.ts'
import { type Check, judged, skipped } from '../check.ts'
import type { Place } from '../check-target.ts'
import { freshQuery, questionOf } from '../objects.ts'
import { attachFunction, attachPolicy } from '../remedies.ts'
import { secondOf, TWICE } from './keys.ts'
import { hasImages, images, noPicture, pictureOf, said, smallest, UNLESS } from './pictures.ts'

const RULE = 'README, "What is in the cache key": image parameters'

const AFTER = ['cached', 'origin-request']

const NO_NEW_KEY = 'the route has no version parameter: a Hit may be left from another time'

export const IMAGE_KEY_CHECKS: readonly Check<Place>[] = [
  ...(['w', 'h', 'q', 'fit', 'fm'] as const).map(parameterCheck),
  {
    id: 'key-accept',
    title: 'what a viewer accepts makes another object where it makes another picture',
    rule: RULE,
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
    rule: RULE,
    asks: TWICE,
    after: AFTER,
    unless: [...UNLESS, 'viewer-request'],
    appliesTo: hasImages,
    async ask(place, asking) {
      const picture = pictureOf(place)
      if (picture === undefined) return noPicture(place)
      const { widths, quality } = images(place)
      const [width = 1] = widths
      const other = [`w=${Math.max(1, width - 1)}`, `q=${quality}`, 'auto=format', 'fit=max']
      const answer = await secondOf(() => {
        const fresh = freshQuery(place)
        return [questionOf(place, picture, [`w=${width}`], fresh), questionOf(place, picture, other, fresh)]
      }, asking)
      return judged(isHit(answer), `a Hit: the rendition at ${width} pixels`, `${said(answer)} for ${answer.target}`)
    },
    means: (place) =>
      `One rendition is made and kept under many keys, and anybody can fill the cache by counting w=1, w=2 … ${attachFunction(place, 'viewer-request')}`,
  },
]

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
    rule: RULE,
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
