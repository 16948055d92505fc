/**
 * Image parameters, named as in imgix (https://docs.imgix.com/apis/rendering), reduced to a few values: what
 * is on the ladders is all that can ever be in a cache key.
 */
import { accepts } from './accept.ts'
import { type Field, type Fields, firstParsed, firstValue } from './event.ts'
import type { FormatRule, ImageRule, Ladder } from './rules.ts'

/** One rendition: the canonical image parameters, each where it differs from doing nothing; empty: the original. */
export type Variant = { fit?: 'crop'; fm?: string; h?: number; q?: number; w?: number }

/** Sorted, as they stand in the key. */
export const VARIANT_PARAMETERS: readonly (keyof Variant)[] = ['fit', 'fm', 'h', 'q', 'w']

/** What clients may send besides; none of these is ever in the key. */
export const OTHER_IMAGE_PARAMETERS = ['auto', 'dpr']

/** Extensions of paths that take image parameters; an object without one may be an image too. */
const IMAGE_EXTENSIONS = ['jpg', 'jpeg', 'png', 'webp', 'gif', 'avif', 'tif', 'tiff', '']

/** What follows a path's last dot, in lower case: an extension, or something with a slash where there is none. */
export const extensionOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1).toLowerCase()

/** Whether requests for paths with this extension take image parameters, and responses vary with `Accept`. */
export const takesImageParameters = (extension: string): boolean =>
  IMAGE_EXTENSIONS.includes(extension) || extension.includes('/')

/** What is not allowed is looked for: `$` would also match before a last line feed. */
const NOT_A_DIGIT = /[^0-9]/
const ONE_TO_FIVE = /^[1-5](?:\.[0-9]+)?(?![\s\S])/

const parseSize = (value: string): number => (value.search(NOT_A_DIGIT) < 0 ? +value : 0)
const parseScale = (value: string): number => (value.search(ONE_TO_FIVE) === 0 && +value <= 5 ? +value : 0)
const parseFit = (value: string): string => (value === 'crop' || value === 'max' ? value : '')

function parseQuality(value: string): number {
  const quality = parseSize(value)
  return quality <= 100 ? quality : 0
}

/**
 * The canonical image parameters of a request. What does not parse is dropped; of a repeated parameter the first
 * value that parses counts. Canonical after one pass: the variant of a variant is itself.
 * @param accept the viewer's `Accept`; without it nothing is negotiated
 */
export function variantOf(query: Fields, accept: Field | undefined, extension: string, rule: ImageRule): Variant {
  const variant: Variant = {}
  const format = (query.fm && requested(query.fm, rule)) || (accept && negotiated(accept, extension, rule))
  if (format) variant.fm = format
  if (query.q) setQuality(variant, query.q, rule)
  if (query.w || query.h) setSize(variant, query, rule)
  return variant
}

const requested = (field: Field, rule: ImageRule): string | 0 =>
  firstParsed((format) => (rule.requestable.includes(format) ? format : ''), field)

/** The first format that the viewer accepts; none where the source has it already. */
function negotiated(accept: Field, extension: string, rule: ImageRule): string {
  const formats = rule.formats
  for (let i = 0, count = formats.length; i < count; i += 1) {
    const format = formats[i] as FormatRule
    if (accepts(accept, format)) return format.name === extension ? '' : format.name
  }
  return ''
}

/** The nearest rung, the higher of two as near; the default is left out. Past the last rung no comparison holds. */
function setQuality(variant: Variant, field: Field, rule: ImageRule): void {
  const quality = firstParsed(parseQuality, field)
  const rungs = rule.qualities
  let i = 0
  while (quality - (rungs[i] as number) >= (rungs[i + 1] as number) - quality) i += 1
  const rung = rungs[i] as number
  if (quality && rung !== rule.quality) variant.q = rung
}

/** Width and height on the ladder; in proportion where the image is to be cropped to them. */
function setSize(variant: Variant, query: Fields, rule: ImageRule): void {
  const width = firstParsed(parseSize, query.w)
  const height = query.h ? firstParsed(parseSize, query.h) : 0
  const scale = query.dpr ? firstParsed(parseScale, query.dpr) || 1 : 1
  const w = width && rungAbove(rule.widths, width * scale)
  if (w) variant.w = w
  if (height) variant.h = rungAbove(rule.widths, height * scale)
  if (w && height && firstParsed(parseFit, query.fit) === 'crop') {
    variant.fit = 'crop'
    variant.h = Math.round(w / nearestRatio(rule.ratios, width / height))
  }
}

/** The lowest rung that is not below the value; for more than the top rung, that. */
function rungAbove(rungs: Ladder, value: number): number {
  let i = 0
  while ((rungs[i] as number) < value) i += 1
  return (rungs[i] || rungs[i - 1]) as number
}

/** How far apart two ratios are, as a factor: the order is that of the difference of their logarithms. */
const factor = (a: number, b: number): number => (a > b ? a / b : b / a)

const nearestRatio = (ratios: Ladder, value: number): number =>
  ratios.reduce((best, ratio) => (factor(ratio, value) < factor(best, value) ? ratio : best))

/** The image part of a canonical query: `fm=webp&w=640`; empty for the original. */
export const variantText = (variant: Variant): string =>
  VARIANT_PARAMETERS.filter((name) => variant[name])
    .map((name) => `${name}=${variant[name]}`)
    .join('&')

/**
 * The variant in a query that should be canonical already: a value that is not what it would be made into is left
 * out, so that nothing off the ladders gets behind the cache where viewer-request is not attached.
 */
export function checkedVariant(query: Fields, rule: ImageRule): Variant {
  const snapped = variantOf(query, undefined, '', rule)
  const isCanonical = (name: keyof Variant) => `${snapped[name]}` === firstValue(query[name])
  const kept = VARIANT_PARAMETERS.filter(isCanonical).map((name) => [name, query[name]])
  return variantOf(Object.fromEntries(kept), undefined, '', rule)
}
