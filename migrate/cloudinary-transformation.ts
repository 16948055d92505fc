/**
 * Cloudinary's transformations (https://cloudinary.com/documentation/transformation_reference): steps between slashes, each
 * of parameters between commas, `c_fill,w_300/f_auto`.
 */
import { isNumber, type Lost, lost, type Parameters } from './result.ts'

const REASONS = {
  looks: 'pictures are shown as they are',
  marks: 'texts and marks belong to the page',
  encoders: 'encoders are set once for all',
  films: 'of films and animations, which are not cut',
  pages: 'documents are not drawn',
  delivery: 'headers are not its business',
  named: 'what it stands for is known to Cloudinary alone; `transformations` can say it',
  conditions: 'nothing is computed at the edge',
  size: 'w, h and rect say as much',
  missing: 'what is shown for a missing picture says `placeholder` of the route',
  format: 'no format that is made here',
  number: 'it is no number above 0',
  relative: 'sizes are pixels; how much of the source that is, `srcset` and `sizes` leave to the browser',
  enlarged: 'no picture is enlarged, and none gets a ground around it: the whole of it, inside w and h',
  distorted: 'it would distort: the whole picture, inside w and h',
  region: 'as many pixels of the source, from its middle: here the largest cut of that shape',
  place: 'a cut is around one of nine by nine places, or what is told from the picture',
  chained: 'a later step has a size of its own',
} as const

/** By what stands before the underscore: no effect, for a reason. Sizes, formats and qualities are `readStep`'s. */
const WITHOUT_EFFECT: Readonly<Record<string, keyof typeof REASONS>> = {
  ...Object.fromEntries(['a', 'b', 'bo', 'co', 'e', 'o', 'r'].map((name) => [name, 'looks' as const])),
  ...Object.fromEntries(
    ['ac', 'af', 'br', 'dl', 'du', 'eo', 'fps', 'ki', 'so', 'sp', 'vc', 'vs'].map((name) => [name, 'films' as const]),
  ),
  ...{ l: 'marks', u: 'marks', cs: 'encoders', dn: 'encoders', pg: 'pages', p: 'delivery', t: 'named' },
  ...{ if: 'conditions', fn: 'conditions', z: 'size', d: 'missing' },
} as const

/** Flags that ask for what is done by itself, or change no picture. */
const DONE_FLAGS =
  /^(?:progressive(?::\w+)?|lossy|awebp|strip_profile|force_strip|immutable_cache|preserve_transparency|no_stream|ignore_mask_channels)$/

const SIZES = ['c', 'g', 'w', 'h', 'x', 'y', 'ar', 'dpr']
const KNOWN = [...Object.keys(WITHOUT_EFFECT), ...SIZES, 'f', 'fl', 'q']

/** A segment of a path that is a step: `$size_200` sets a variable. */
export const isStep = (segment: string): boolean =>
  segment.split(',').every((part) => {
    const [, name = ''] = /^(\$?[a-zA-Z][a-zA-Z0-9]*)_./.exec(part) ?? []
    return name.startsWith('$') || KNOWN.includes(name)
  })

export type Transformation = { parameters: Parameters; lost: Lost[] }

type Part = { what: string; name: string; value: string }

/** All steps as one. Of several sizes the last counts; a region that is cut out before may have one after it. */
export function readSteps(steps: readonly string[]): Transformation {
  const read: Transformation = { parameters: {}, lost: [] }
  let isWithin = false
  for (const step of steps) {
    const parts = partsOf(step)
    const has = (name: string) => parts.some((part) => part.name === name)
    if (step === 'if_end') isWithin = false
    else if (isWithin || has('if')) {
      read.lost.push(lost(step, REASONS.conditions))
      isWithin ||= parts.length === 1 && has('if')
    } else if (has('l') || has('u') || parts.some(({ what }) => what === 'fl_layer_apply')) {
      // Sizes beside it are those of the layer.
      read.lost.push(lost(step, REASONS.marks))
    } else readStep(parts, read)
  }
  return read
}

const partsOf = (step: string): Part[] =>
  step.split(',').map((what) => {
    const at = what.indexOf('_')
    return { what, name: what.slice(0, at), value: what.slice(at + 1) }
  })

function readStep(parts: readonly Part[], read: Transformation): void {
  const without = (what: string, reason: keyof typeof REASONS) => read.lost.push(lost(what, REASONS[reason]))
  for (const { what, name, value } of parts) {
    if (SIZES.includes(name)) continue
    if (name === 'q') readQuality(value, what, read)
    else if (name === 'f') readFormat(value, what, read)
    else if (name === 'fl')
      DONE_FLAGS.test(value) || without(what, value.startsWith('attachment') ? 'delivery' : 'encoders')
    else if (name.startsWith('$')) without(what, 'conditions')
    // Pictures stand upright without being told to.
    else if (what !== 'a_exif' && what !== 'a_auto') without(what, WITHOUT_EFFECT[name] ?? 'looks')
  }
  const sizes = parts.filter(({ name }) => SIZES.includes(name))
  if (sizes.length > 0) readSize(sizes, read)
}

/** Cloudinary's own levels, as numbers on the ladder; `auto` is what the route has for its default. */
const LEVELS: Readonly<Record<string, string>> = { 'auto:best': '90', 'auto:eco': '65', 'auto:low': '50' }

function readQuality(value: string, what: string, { parameters, lost: without }: Transformation): void {
  const level = LEVELS[value] ?? value.replace(/:.*/, '')
  if (isNumber(level)) parameters.q = level
  if (isNumber(level) || value === 'auto' || value === 'auto:good') return
  without.push(lost(what, value.startsWith('auto') || value === 'jpegmini' ? REASONS.encoders : REASONS.number))
}

function readFormat(value: string, what: string, { parameters, lost: without }: Transformation): void {
  if (/^(?:webp|jpe?g|png|avif)$/.test(value)) parameters.fm = value
  else if (!/^auto\b/.test(value)) without.push(lost(what, REASONS.format))
}

const PLACES: Readonly<Record<string, string>> = {
  ...{ north: 'top', south: 'bottom', west: 'left', east: 'right' },
  ...{ north_west: 'top,left', north_east: 'top,right', south_west: 'bottom,left', south_east: 'bottom,right' },
  ...{ center: '', auto: 'attention', face: 'faces', faces: 'faces', adv_face: 'faces', adv_faces: 'faces' },
}

/** Modes that cut, and what of each is lost. */
const CUTS: Readonly<Record<string, keyof typeof REASONS | null>> = {
  ...{ fill: null, lfill: null, auto: null, thumb: null, crop: 'region', fill_pad: 'enlarged', auto_pad: 'enlarged' },
}

/** Modes that keep the whole picture, and what of each is lost. */
const BOXES: Readonly<Record<string, keyof typeof REASONS | null>> = {
  ...{ fit: null, limit: null, mfit: 'enlarged', pad: 'enlarged', lpad: 'enlarged', mpad: 'enlarged' },
}

function readSize(parts: readonly Part[], read: Transformation): void {
  const without = (what: string, reason: keyof typeof REASONS) => read.lost.push(lost(what, REASONS[reason]))
  const find = (name: string) => parts.find((part) => part.name === name)
  const pixels = (name: string): string | undefined => {
    const { what = '', value = '' } = find(name) ?? {}
    if (what === '') return undefined
    // Cloudinary: "a value of 1 or less with a decimal point" is a share of the source.
    if (isNumber(value) && (Number(value) > 1 || !value.includes('.'))) return value
    without(what, 'relative')
    return undefined
  }
  const [w, h] = [pixels('w'), pixels('h')]
  const mode = find('c') ?? { what: 'c_scale', value: 'scale' }
  const ratio = ratioOf(find('ar'), without)
  const isRegion = mode.value === 'crop' && isOrigin(find('g')) && (find('x') !== undefined || find('y') !== undefined)
  if (isRegion && w && h) {
    const [x, y] = ['x', 'y'].map((name) => find(name)?.value ?? '0')
    if ([x, y].every((text) => /^\d+$/.test(text ?? ''))) {
      read.parameters.rect = [x, y, w, h].join()
      return
    }
  }
  for (const name of ['x', 'y']) if (find(name)) without(find(name)?.what ?? '', 'place')
  if (w || h || ratio) replaceSize(read, without)
  const isBoth = [w, h, ratio].filter(Boolean).length > 1
  const isCut = mode.value in CUTS
  const loss =
    CUTS[mode.value] ?? BOXES[mode.value] ?? (isBoth && !isCut && !(mode.value in BOXES) ? 'distorted' : null)
  if (loss && (isBoth || mode.value === 'crop')) without(mode.what, loss)
  Object.assign(read.parameters, { ...(w && { w }), ...(h && { h }), ...(isCut && isBoth && { fit: 'crop' }) })
  if (ratio && isCut) read.parameters.ar = ratio
  const gravity = placeOf(find('g'), mode.value, without)
  if (gravity && isCut && isBoth) read.parameters.crop = gravity
  const { what = '', value = '' } = find('dpr') ?? {}
  if (isNumber(value)) read.parameters.dpr = value
  else if (what !== '') without(what, 'relative')
}

const isOrigin = (gravity: Part | undefined): boolean => gravity === undefined || gravity.value === 'north_west'

/** A later step's size takes the place of an earlier one's. */
function replaceSize({ parameters }: Transformation, without: (what: string, reason: 'chained') => void): void {
  const before = ['w', 'h', 'ar'] as const
  for (const name of before) if (parameters[name]) without(`${name}_${parameters[name]}`, 'chained')
  for (const name of [...before, 'fit', 'crop'] as const) delete parameters[name]
}

/** `16:9`, or a number: `1.5`. */
function ratioOf(part: Part | undefined, without: (what: string, reason: 'number') => void): string | undefined {
  if (!part) return undefined
  const [across = '', down = '1', ...rest] = part.value.split(':')
  if (rest.length === 0 && isNumber(across) && isNumber(down)) return `${across}:${down}`
  without(part.what, 'number')
  return undefined
}

function placeOf(part: Part | undefined, mode: string, without: (what: string, reason: 'place') => void): string {
  if (!part) return mode === 'auto' ? 'attention' : ''
  const place = PLACES[part.value.replace(/:.*/, '')]
  if (place === undefined) without(part.what, 'place')
  return place ?? ''
}
