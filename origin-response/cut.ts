/** Which pixels of a source a variant shows, and in what size: never larger than the source has them. */
import type { Variant } from '../edge/variant.ts'

type Size = { width: number; height: number }

/** Pixels of a rendition. `cut`: `null` where the whole picture is in it. */
export type Shown = Size & { cut: Cut | null }

export type Cut = {
  /** The size of the whole picture, of which as much is shown as the rendition has pixels. */
  whole: Size
  /** Where that begins; or what libvips is to look for. */
  from: { left: number; top: number } | 'attention' | 'entropy'
}

type Area = Size & { left: number; top: number }

/** @param source upright, in pixels */
export function shownOf(
  { width, height, frames }: Size & { frames: number },
  { w, h, fit, crop = '' }: Variant,
): Shown {
  if (fit !== 'crop' || !w || !h) {
    return { ...scaled(width, height, Math.min(1, w ? w / width : 1, h ? h / height : 1)), cut: null }
  }
  const area = areaOf({ width, height }, w / h, crop)
  const scale = Math.min(1, w / area.width)
  const size = scaled(w, h, (area.width * scale) / w)
  const across = size.width / area.width
  const down = size.height / area.height
  const whole = { width: atLeast(size.width, width * across), height: atLeast(size.height, height * down) }
  if (whole.width === size.width && whole.height === size.height) return { ...size, cut: null }
  const left = Math.min(Math.round(area.left * across), whole.width - size.width)
  const top = Math.min(Math.round(area.top * down), whole.height - size.height)
  // libvips looks at one picture, and would cut the strip of frames.
  const isSought = frames === 1 && (crop === 'attention' || crop === 'entropy')
  return { ...size, cut: { whole, from: isSought ? crop : { left, top } } }
}

const atLeast = (least: number, value: number): number => Math.max(least, Math.round(value))

const scaled = (width: number, height: number, scale: number): Size => ({
  width: Math.max(1, Math.round(width * scale)),
  height: Math.max(1, Math.round(height * scale)),
})

/** What of the source is shown, in its pixels: fractions of them count. */
function areaOf(source: Size, ratio: number, crop: string): Area {
  const [x = 0, y = 0, wide] = crop.split(',').map(Number)
  if (wide) {
    const size = covered(source, { width: wide, height: wide / ratio })
    return { ...size, left: within(x, source.width - size.width), top: within(y, source.height - size.height) }
  }
  const size = covered(source, { width: source.height * ratio, height: source.height })
  const [column, row] = /^[0-8]{2}$/.test(crop) ? [Number(crop[0]), Number(crop[1])] : [4, 4]
  const begin = (ninth: number, all: number, part: number) =>
    ninth === 0 ? 0 : ninth === 8 ? all - part : within(((ninth + 0.5) / 9) * all - part / 2, all - part)
  return {
    ...size,
    left: begin(column, source.width, size.width),
    top: begin(row, source.height, size.height),
  }
}

/** A size scaled down, in its proportion, until the source has room for it. */
function covered(source: Size, { width, height }: Size): Size {
  const scale = Math.min(1, source.width / width, source.height / height)
  return { width: width * scale, height: height * scale }
}

const within = (value: number, most: number): number => Math.min(Math.max(0, value), most)

/** The same picture, narrower, in its proportion. */
export function atWidth<Some extends Shown>(settings: Some, width: number): Some {
  const scale = width / settings.width
  const height = Math.max(1, Math.round(settings.height * scale))
  return { ...settings, width, height, cut: settings.cut && scaledCut(settings.cut, scale, { width, height }) }
}

function scaledCut({ whole, from }: Cut, scale: number, { width, height }: Size): Cut {
  const scaled = {
    width: Math.max(width, Math.round(whole.width * scale)),
    height: Math.max(height, Math.round(whole.height * scale)),
  }
  if (typeof from === 'string') return { whole: scaled, from }
  const left = Math.min(Math.round(from.left * scale), scaled.width - width)
  const top = Math.min(Math.round(from.top * scale), scaled.height - height)
  return { whole: scaled, from: { left, top } }
}
