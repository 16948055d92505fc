/**
 * Cuts: in which proportion, and which part of the picture is kept. Parameters as imgix has them; in the key
 * `fit=crop`, `w` on the ladder, `h` in proportion to it, and `crop` where it is not the middle that is kept:
 *
 * - two digits: the column and the row, of nine each, that the cut is put around; in the outer ones it touches the edge
 * - `attention`, `entropy`: told from the picture
 * - `x,y,w`: a part that begins there and is that wide, in pixels of the source; its height follows from the proportion
 */

import { MOST_CHARACTERS } from './bounds.ts'
import { MOST_PIXELS, PART_STEPS } from './canonical.ts'
import { type Field, type Fields, firstParsed } from './event.ts'
import { NOT_A_NUMBER, nearestRatio, parseNumber, rungAbove } from './ladder.ts'
import { NEEDS_PARTS } from './needed.ts'
import { replaced } from './path.ts'
import type { ImageRule } from './rules.ts'

/** The parameters of size in the cache key; each is absent where it would change nothing. */
export type Size = { crop?: string; fit?: 'crop'; h?: number; w?: number }

/** The first two cut: as a cut never enlarges here, imgix's `min` is the same as `crop`; `clip` is imgix's name for `max`. */
const FITS = ['crop', 'min', 'max', 'clip']
const parseFit = (value: string): number => FITS.indexOf(value) + 1

/** The first four numbers between commas or colons; none of a value with escapes, in which these may be hidden. */
const numbersIn = (value: string): string[] =>
  value.includes('%') ? [] : replaced(value.slice(0, MOST_CHARACTERS), ':', ',').split(',', 4)

const pixelsOf = (number: string | undefined): number => Math.min(parseNumber(number || ''), MOST_PIXELS)

const parseRatio = (value: string): number => {
  const sides = numbersIn(value)
  const height = pixelsOf(sides[1])
  return height && pixelsOf(sides[0]) / height
}

/** `x,y,w,h`; in a key `x,y,w`. */
type Part = [x: number, y: number, width: number, height?: number]

const NONE: Part = [0, 0, 0]

const parsePart = (value: string): Part | 0 => {
  const numbers = numbersIn(value)
  return pixelsOf(numbers[2]) && (numbers.map(pixelsOf) as Part)
}

const parseScale = (value: string): number => {
  const scale = parseNumber(value)
  return scale >= 1 && scale <= 5 ? scale : 0
}

/**
 * Width and height on the ladder. `fit=crop` cuts to the proportion of both, or to `ar` with one of them; `rect` to its
 * own where neither says another.
 */
export function setSize(variant: Size, query: Fields, rule: ImageRule): void {
  const width = firstParsed(parseNumber, query.w || query['max-w'])
  const height = firstParsed(parseNumber, query.h || query['max-h'])
  const scale = query.dpr ? firstParsed(parseScale, query.dpr) || 1 : 1
  if (height || query.ar || (NEEDS_PARTS && query.rect)) {
    const fit = firstParsed(parseFit, query.fit)
    const part =
      (NEEDS_PARTS && rule.hasParts && (firstParsed(parsePart, query.rect) || firstParsed(parsePart, query.crop))) ||
      NONE
    const isBoth = width && height && fit && fit < 3
    const asked = isBoth
      ? width / height
      : (fit < 3 && firstParsed(parseRatio, query.ar)) || (NEEDS_PARTS && part[3] && part[2] / part[3])
    const widest = width || (NEEDS_PARTS ? part[2] : 0)
    if (asked && (widest || height)) {
      const ratio = nearestRatio(rule.ratios, asked)
      const cut = isBoth || !height ? widest : Math.min(width || Infinity, height * ratio)
      const crop = NEEDS_PARTS && part[2] ? partText(part, ratio) : positionOf(query)
      variant.fit = 'crop'
      variant.w = rungAbove(rule.widths, cut * scale)
      variant.h = Math.round(variant.w / ratio) || 1
      if (crop) variant.crop = crop
      return
    }
  }
  if (width) variant.w = rungAbove(rule.widths, width * scale)
  if (height) variant.h = rungAbove(rule.widths, height * scale)
}

/** The middle of a part in this proportion, on a grid of a power of two pixels. */
function partText(part: Part, ratio: number): string {
  const height = part[3] || part[2] / ratio
  const width = Math.min(part[2], height * ratio)
  const sides = [part[0] + (part[2] - width) / 2, part[1] + (height - width / ratio) / 2, width]
  let grid = 1
  while (Math.max.apply(0, sides) > PART_STEPS * grid + 0.5) grid *= 2
  return sides.map((side, i) => Math.min(MOST_PIXELS, (Math.round(side / grid) || +(i > 1)) * grid)).join()
}

/** imgix's words; of several the one that says most. `fp-x` and `fp-y` count where `crop` says so. */
function parsePosition(value: string): string {
  const words = value.slice(0, MOST_CHARACTERS)
  const has = (word: string) => words.includes(word)
  if (has('face') || has('attention')) return 'attention'
  if (has('edges') || has('entropy')) return 'entropy'
  if (has('focal')) return 'focal'
  if (value.length === 2 && value.search(/[^0-8]/) < 0) return value
  return (has('left') ? '0' : has('right') ? '8' : '4') + (has('top') ? '0' : has('bottom') ? '8' : '4')
}

function positionOf(query: Fields): string | 0 {
  const named = firstParsed(parsePosition, query.crop)
  const position = named === 'focal' ? ninthOf(query['fp-x']) + ninthOf(query['fp-y']) : named
  return position === '44' ? 0 : position
}

/** The characters are looked at first: engines differ in which white space a number may have around it. */
const parseNinth = (value: string): string =>
  value && value.search(NOT_A_NUMBER) < 0 && +value >= 0 ? `${Math.min(8.9, +value * 9) | 0}` : ''

/** From 0 at the left or the top to 8; the middle where nothing is said. */
const ninthOf = (field: Field | undefined): string => firstParsed(parseNinth, field) || '4'
