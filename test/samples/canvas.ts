/** Colours as three numbers from 0 (black) to 1, and pictures that are made of them point by point. */
import sharp, { type Sharp } from 'sharp'
import { grain } from './noise.ts'

export type Colour = readonly [red: number, green: number, blue: number]

/** Of six hexadecimal digits. */
export function hex(text: string): Colour {
  const value = Number.parseInt(text, 16)
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255]
}

export const clamp = (value: number, low = 0, high = 1): number => Math.min(high, Math.max(low, value))

/** 0 below `from`, 1 above `to`, smooth between; falls where `from` is the higher one. */
export function ramp(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from))
  return t * t * (3 - 2 * t)
}

export const mix = (a: Colour, b: Colour, share: number): Colour => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
]

export const add = (a: Colour, b: Colour, share = 1): Colour => [
  a[0] + b[0] * share,
  a[1] + b[1] * share,
  a[2] + b[2] * share,
]

export const scale = (a: Colour, by: number): Colour => [a[0] * by, a[1] * by, a[2] * by]

/** Light that brightens without burning out, however much of it there is. */
export const screen = (a: Colour, light: Colour, share = 1): Colour => [
  1 - (1 - a[0]) * (1 - clamp(light[0] * share)),
  1 - (1 - a[1]) * (1 - clamp(light[1] * share)),
  1 - (1 - a[2]) * (1 - clamp(light[2] * share)),
]

/** A colour between stops `[position, colour]`, which are in ascending order. */
export function gradient(stops: readonly (readonly [number, Colour])[], position: number): Colour {
  const next = stops.findIndex(([at]) => at > position)
  const [first, last] = [stops[0], stops.at(-1)]
  if (!first || !last) throw new Error('a gradient needs a stop')
  if (next === 0) return first[1]
  const [from, to] = [stops[next - 1], stops[next]]
  if (!from || !to) return last[1]
  return mix(from[1], to[1], ramp(from[0], to[0], position))
}

export type Film = {
  /** Spread of the grain, of 255. */
  grain: number
  /** How much darker the corners are, 0 to 1. */
  vignette: number
  seed: number
}

/** A picture by the colour of each of its points, with the grain and the corners of a photograph. */
export function photograph(width: number, height: number, film: Film, at: (x: number, y: number) => Colour): Sharp {
  const pixels = new Uint8ClampedArray(width * height * 3)
  for (let y = 0, offset = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, offset += 3) {
      const [red, green, blue] = at(x, y)
      const [dx, dy] = [x / width - 0.5, y / height - 0.5]
      const light = 255 * (1 - film.vignette * 2 * (dx * dx + dy * dy))
      const luminance = clamp(red * 0.3 + green * 0.6 + blue * 0.1)
      const speck = film.grain * grain(x, y, film.seed) * (1 - 0.65 * luminance)
      pixels[offset] = red * light + speck
      pixels[offset + 1] = green * light + speck
      pixels[offset + 2] = blue * light + speck
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}
