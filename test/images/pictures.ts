/**
 * Pictures that the project makes itself: light that falls off, edges of every direction, fine grain, a little text-like
 * detail. Nothing is random: the same call gives the same pixels on any machine.
 */
import sharp, { type Sharp } from 'sharp'

/** A deterministic hash of two coordinates, 0 to 1. */
function grain(x: number, y: number): number {
  let h = (Math.imul(x, 374761393) + Math.imul(y, 668265263)) | 0
  h = Math.imul(h ^ (h >>> 13), 1274126177)
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296
}

/** Grain that is smooth over `size` pixels: clouds, foliage, water. */
function texture(x: number, y: number, size: number): number {
  const [cx, cy] = [Math.floor(x / size), Math.floor(y / size)]
  const [fx, fy] = [x / size - cx, y / size - cy]
  const top = grain(cx, cy) * (1 - fx) + grain(cx + 1, cy) * fx
  const bottom = grain(cx, cy + 1) * (1 - fx) + grain(cx + 1, cy + 1) * fx
  return top * (1 - fy) + bottom * fy
}

/** Red, green, blue of one point, 0 to 255. */
function colourAt(x: number, y: number, width: number, height: number): [number, number, number] {
  const [u, v] = [x / width, y / height]
  const sky = 1 - v
  const cloud = texture(x, y, width / 6) * 0.6 + texture(x, y, width / 20) * 0.3 + texture(x, y, 3) * 0.1
  const hill = Math.abs(Math.sin(u * 5) * 0.15 + 0.6 + texture(x, 0, width / 12) * 0.1) < v ? 1 : 0
  const sun = Math.hypot(u - 0.7, v - 0.25) < 0.09 ? 1 : 0
  const post = hill === 0 && Math.abs(((u * 24) % 1) - 0.5) < 0.06 && v > 0.45 ? 1 : 0
  const ground = hill * (0.35 + 0.4 * texture(x, y, 5) + 0.2 * grain(x, y))
  const light = 0.75 + 0.25 * Math.cos(u * Math.PI)
  const air = (1 - hill) * (0.45 + 0.35 * sky + 0.25 * cloud)
  const red = air * 0.85 + ground * 0.5 + sun * 0.8 - post * 0.4
  const green = air * 0.92 + ground * 0.75 + sun * 0.6 - post * 0.45
  const blue = air * 1.1 + ground * 0.3 + sun * 0.1 - post * 0.5
  return [red * light * 255, green * light * 255, blue * light * 255]
}

/** A picture like a photograph, as a sharp instance of raw RGB or RGBA; encode it as you need. */
export function photo(width: number, height: number, { alpha = false } = {}): Sharp {
  const channels = alpha ? 4 : 3
  const pixels = new Uint8ClampedArray(width * height * channels)
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += channels) {
      const [red, green, blue] = colourAt(x, y, width, height)
      pixels[at] = red
      pixels[at + 1] = green
      pixels[at + 2] = blue
      // A disc that fades out towards its edge.
      if (alpha) pixels[at + 3] = 255 * 4 * (0.5 - Math.hypot(x / width - 0.5, y / height - 0.5))
    }
  }
  return sharp(pixels, { raw: { width, height, channels } })
}

/** Frames of one size, in which the picture moves by a few pixels each. */
export function animation(width: number, height: number, frames: number, delay = 80): Sharp {
  const pixels = new Uint8ClampedArray(width * height * frames * 4)
  for (let frame = 0, at = 0; frame < frames; frame += 1) {
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1, at += 4) {
        const [red, green, blue] = colourAt(x + frame * 3, y, width, height)
        pixels[at] = red
        pixels[at + 1] = green
        pixels[at + 2] = blue
        pixels[at + 3] = 255
      }
    }
  }
  const raw = { width, height: height * frames, channels: 4, pageHeight: height } as const
  return sharp(pixels, { raw }).gif({ delay: Array.from({ length: frames }, () => delay), loop: 3 })
}
