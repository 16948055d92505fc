/**
 * Image parameters, named as in imgix (https://docs.imgix.com/apis/rendering), reduced to a few values: what
 * is on the ladders is all that can ever be in a cache key.
 */

import { acceptList, accepts } from './accept.ts'
import { COMMON_FORMAT } from './canonical.ts'
import { type Field, type Fields, firstParsed, firstValue } from './event.ts'
import { parseNumber, rungAbove } from './ladder.ts'
import { NEEDS_BACKGROUNDS, NEEDS_BLURS, NEEDS_PREVIEWS } from './needed.ts'
import type { ImageRule, Ladder } from './rules.ts'
import { type Size, setSize } from './size.ts'

/** One rendition: the canonical image parameters, each absent where it would change nothing; `{}`: the original. */
export type Variant = Size & { bg?: string; blur?: number; fm?: string; q?: number | 'auto' }

/** Sorted, as they stand in the key. A call that is marked pure is left out of the function, which needs none of these. */
export const VARIANT_PARAMETERS = /* @__PURE__ */ 'bg,blur,crop,fit,fm,h,q,w'.split(',') as readonly (keyof Variant)[]

/** What clients may send besides; none of these is ever in the key. */
export const OTHER_IMAGE_PARAMETERS: readonly string[] = /* @__PURE__ */ 'ar,auto,dpr,fp-x,fp-y,max-h,max-w,rect'.split(
  ',',
)

/** Extensions of images that all viewers show; an object without one may be an image too. */
const COMMON_EXTENSIONS = 'jpg,jpeg,png,gif,jpe,jfif,'.split(',')

/** Extensions of images that some viewers can't show. As a regular expression it takes fewer bytes than as a list. */
const OTHER_EXTENSIONS = /^(webp|avif|tiff?|hei[cf])$/

/** What follows a path's last dot, in lower case: an extension, or something with a slash where there is none. */
export const extensionOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1).toLowerCase()

/** Whether requests for paths with this extension take image parameters, and responses vary with `Accept`. */
export const takesImageParameters = (extension: string): boolean =>
  COMMON_EXTENSIONS.includes(extension) || extension.search(OTHER_EXTENSIONS) >= 0 || extension.includes('/')

const parseQuality = (value: string): number | 'auto' | false => {
  const quality = parseNumber(value)
  return quality ? (quality <= 100 ? quality : 0) : value === 'auto' && value
}

/**
 * The canonical image parameters of a request. What does not parse is dropped; of a repeated parameter the first
 * value that parses counts. Canonical after one pass: the variant of a variant is itself.
 * @param accept the viewer's `Accept`; without it nothing is negotiated
 */
export function variantOf(query: Fields, accept: Field | undefined, extension: string, rule: ImageRule): Variant {
  const variant: Variant = {}
  const format = (query.fm && requested(query.fm, rule)) || (accept && negotiated(acceptList(accept), extension, rule))
  if (format) variant.fm = format
  if (NEEDS_PREVIEWS && format && isPreview(format)) return variant
  if (query.q) setQuality(variant, query.q, rule)
  if (NEEDS_BACKGROUNDS && query.bg && rule.backgrounds) setBackground(variant, query.bg, extension, rule.backgrounds)
  if (NEEDS_BLURS && query.blur && rule.blurs) setBlur(variant, query.blur, rule.blurs)
  setSize(variant, query, rule)
  return variant
}

export type PreviewFormat = 'preview' | 'thumbhash' | 'json'

/**
 * Whether a format is one of those that pages show until a picture is there. It shows the whole source, so no other parameter
 * goes with it.
 */
export function isPreview(format: string): format is PreviewFormat {
  return format === 'preview' || format === 'thumbhash' || format === 'json'
}

/** imgix has two more names for JPEG. */
const requested = (field: Field, rule: ImageRule): string | 0 =>
  firstParsed((name) => {
    const format = name === 'jpeg' || name === 'pjpg' ? 'jpg' : name
    return rule.requestable.includes(format) ? format : ''
  }, field)

/**
 * The first format that the viewer accepts; none where the source has it already, or is an AVIF file, than which
 * nothing is smaller, for whoever takes AVIF. A browser that does not take the source's format, nor any other, gets
 * what all of them show.
 */
function negotiated(list: string, extension: string, rule: ImageRule): string {
  if (extension === 'avif' && accepts(list, extension)) return ''
  const formats = rule.formats
  for (let i = 0, count = formats.length; i < count; i += 1) {
    const format = formats[i] as string
    if (accepts(list, format)) return format === extension ? '' : format
  }
  const isShown = extension.search(OTHER_EXTENSIONS) < 0 || !list.includes('image/') || accepts(list, extension)
  return isShown ? '' : COMMON_FORMAT
}

/**
 * The nearest rung, the higher of two as near; the default is left out. Past the last rung no comparison holds. `auto` is for
 * WebP alone: of no other format another quality is found.
 */
function setQuality(variant: Variant, field: Field, rule: ImageRule): void {
  // Of `auto`, too, no comparison holds.
  const quality = firstParsed(parseQuality, field) as number
  const rungs = rule.qualities
  let i = 0
  while (quality - (rungs[i] as number) >= (rungs[i + 1] as number) - quality) i += 1
  const rung = quality > 0 ? rungs[i] : variant.fm === 'webp' && quality
  if (rung && rung !== rule.quality) variant.q = rung
}

/**
 * `fff` and `ffffff`, in any case. None where it changes nothing: JPEG has no transparency, and white behind it as it is.
 */
function setBackground(variant: Variant, field: Field, extension: string, backgrounds: readonly string[]): void {
  const background = firstParsed((value) => {
    const digits = value.toLowerCase()
    const colour =
      digits.length === 3
        ? digits
            .split('')
            .map((digit) => digit + digit)
            .join('')
        : digits
    return backgrounds.includes(colour) ? colour : ''
  }, field)
  const isWhiteAnyway = background === 'ffffff' && variant.fm === 'jpg'
  if (background && !isWhiteAnyway && extension.search(OPAQUE_EXTENSIONS) < 0) variant.bg = background
}

const OPAQUE_EXTENSIONS = /^(jpe?g?|jfif)$/

function setBlur(variant: Variant, field: Field, blurs: Ladder): void {
  const blur = firstParsed(parseNumber, field)
  if (blur) variant.blur = rungAbove(blurs, blur)
}

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
