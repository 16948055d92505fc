/** The cache key of renditions: which parameters have to be in it. */
import type { ImageSettings } from '../../../bundle/settings.ts'
import { imageFormatOf, isHit, isNew, outcome } from '../answer.ts'
import { type Check, judged, skipped } from '../check.ts'
import type { CheckTarget } from '../check-target.ts'
import { freshQuery, requestFor } from '../objects.ts'
import { attachFunction, attachPolicy } from '../remedies.ts'
import { secondOf, TWICE } from './keys.ts'
import { hasImages, images, noPicture, pictureOf, said, smallest, UNLESS } from './pictures.ts'

const RULE = 'docs/requests.md, "What is in the cache key": image parameters'

const AFTER = ['cached', 'origin-request']

const NO_NEW_KEY = 'the route has no version parameter: a Hit may be left from another time'

export const IMAGE_KEY_CHECKS: readonly Check<CheckTarget>[] = [
  ...(['w', 'h', 'q', 'fit', 'fm'] as const).map(parameterCheck),
  {
    id: 'key-accept',
    title: 'what a viewer accepts makes another object where it makes another picture',
    rule: RULE,
    asks: 2,
    after: AFTER,
    unless: [...UNLESS, 'viewer-request', 'key-fm'],
    appliesTo: (target) => hasImages(target) && images(target).formats.length > 0,
    async ask(target, { ask }) {
      if (target.route.version === null) return skipped(NO_NEW_KEY)
      const [format = 'webp'] = images(target).formats
      const picture = pictureOf(target, format)
      if (picture === undefined) return noPicture(target)
      const request = requestFor(target, picture, [smallest(target)])
      await ask({ ...request, headers: { accept: `image/${format}` } })
      const answer = await ask(request)
      const found = imageFormatOf(answer)
      return judged(
        isNew(answer) && found !== format,
        `no Hit, and no ${format} for whoever does not accept it`,
        `${outcome(answer)}, ${found || 'no image'}`,
      )
    },
    means: (target) =>
      `Viewers get pictures in formats that they can't show, or none of those that they can. The function puts what it made of Accept into fm, and the cache policy has to key on that. ${attachPolicy(target, 'cachePolicy')}`,
  },
  {
    id: 'image-ladder',
    title: 'a width snaps up to the ladder, and what is the default is left out',
    rule: RULE,
    asks: TWICE,
    after: AFTER,
    unless: [...UNLESS, 'viewer-request'],
    appliesTo: hasImages,
    async ask(target, asking) {
      const picture = pictureOf(target)
      if (picture === undefined) return noPicture(target)
      const { widths, quality } = images(target)
      const [width = 1] = widths
      const other = [`w=${Math.max(1, width - 1)}`, `q=${quality}`, 'auto=format', 'fit=max']
      const answer = await secondOf(() => {
        const fresh = freshQuery(target)
        return [requestFor(target, picture, [`w=${width}`], fresh), requestFor(target, picture, other, fresh)]
      }, asking)
      return judged(isHit(answer), `a Hit: the rendition at ${width} pixels`, `${said(answer)} for ${answer.target}`)
    },
    means: (target) =>
      `One rendition is made and kept under many keys, and anybody can fill the cache by counting w=1, w=2 … ${attachFunction(target, 'viewer-request')}`,
  },
]

/** For each parameter, two queries that differ in it alone: their variants must have keys of their own. */
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
    ratios === null || ratios.includes('1:1')
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

function parameterCheck(name: keyof typeof PAIRS): Check<CheckTarget> {
  return {
    id: `key-${name}`,
    title: `another ${name} is another object`,
    rule: RULE,
    asks: 2,
    after: AFTER,
    unless: UNLESS,
    appliesTo: (target) => hasImages(target) && PAIRS[name](images(target)) !== undefined,
    async ask(target, { ask }) {
      const picture = pictureOf(target)
      if (picture === undefined) return noPicture(target)
      if (target.route.version === null) return skipped(NO_NEW_KEY)
      const [one = [], other = []] = PAIRS[name](images(target)) ?? []
      const fresh = freshQuery(target)
      await ask(requestFor(target, picture, one, fresh))
      const answer = await ask(requestFor(target, picture, other, fresh))
      return judged(isNew(answer), 'no Hit: another object', `${said(answer)} for ${answer.target}`)
    },
    means: (target) =>
      `The cache policy of ${target.route.path} does not key on ${name}, or the function drops it: the first rendition that anybody asks for is given to all who ask for another. ${attachPolicy(target, 'cachePolicy')}`,
  }
}
