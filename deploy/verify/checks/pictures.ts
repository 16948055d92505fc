/** What the checks of renditions share: a picture to ask for, and what is said of it. */
import type { ImageSettings } from '../../../bundle/settings.ts'
import { imageFormatOf, outcome, quoted } from '../answer.ts'
import { type CheckFinding, skipped } from '../check.ts'
import { type CheckTarget, isCachedBucket, type KnownObject } from '../check-target.ts'
import type { Answer } from '../http.ts'
import { isThere } from '../objects.ts'
import { nameAnObject } from '../remedies.ts'

/** Formats that renditions are made of, by their first bytes. */
const SOURCES = ['jpg', 'png', 'webp', 'gif', 'tiff', 'avif']

export const images = ({ route }: CheckTarget): ImageSettings => {
  if (route.images) return route.images
  throw new Error(`${route.path} has no images: its checks do not apply`)
}

export const hasImages = (target: CheckTarget): boolean => isCachedBucket(target) && target.route.images !== null

/** The first picture among the objects that is not in this format by its name or its bytes. */
export const pictureOf = ({ objects }: CheckTarget, unlike = ''): KnownObject | undefined =>
  objects.find((object) => {
    const format = imageFormatOf(object.answer)
    const isNamed = unlike !== '' && object.path.toLowerCase().endsWith(`.${unlike}`)
    return isThere(object) && SOURCES.includes(format) && format !== unlike && !isNamed
  })

export const noPicture = (target: CheckTarget): CheckFinding =>
  skipped(`no picture of this route is known; ${nameAnObject(target, '/a/picture.jpg')}`)

export const smallest = (target: CheckTarget): string => `w=${images(target).widths[0]}`

/** `webp; 640x427; q=80`, `original; reason=deadline`. */
export const said = (answer: Answer): string => `${outcome(answer)}, x-rimlight: ${quoted(answer, 'x-rimlight')}`

/**
 * Where versions are not in the key, an answer may be left from an earlier run, and a check of renditions shows
 * nothing.
 */
export const UNLESS = ['key-version']
