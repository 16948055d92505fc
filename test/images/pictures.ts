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

/**
 * Grain that is smooth over `size` pixels, from 0 to 1: clouds, foliage, water. Pictures are made hundreds of times in a run,
 * and most of what a point needs is the same for its whole row or column: it is worked out once.
 * @returns what writes a row
 */
function texture(columns: number, size: number): (y: number, row: Float64Array) => void {
  const cells = Int32Array.from({ length: columns }, (_, x) => Math.floor(x / size))
  const within = Float64Array.from(cells, (cell, x) => x / size - cell)
  const corners = (cells.at(-1) ?? 0) + 2
  const [above, below] = [new Float64Array(corners), new Float64Array(corners)]
  let known = Number.NaN
  return (y, row) => {
    const cell = Math.floor(y / size)
    const fy = y / size - cell
    if (cell !== known) {
      for (let x = 0; x < corners; x += 1) {
        above[x] = grain(x, cell)
        below[x] = grain(x, cell + 1)
      }
      known = cell
    }
    for (let x = 0; x < columns; x += 1) {
      const [at, fx] = [cells[x] as number, within[x] as number]
      const top = (above[at] as number) * (1 - fx) + (above[at + 1] as number) * fx
      const bottom = (below[at] as number) * (1 - fx) + (below[at + 1] as number) * fx
      row[x] = top * (1 - fy) + bottom * fy
    }
  }
}

/**
 * Red, green and blue, 0 to 255, of the points of a row, one after another.
 * @param columns more than the width, where the picture moves
 */
function painter(width: number, height: number, columns = width): (y: number) => Float64Array {
  const row = () => new Float64Array(columns)
  const textures = [width / 6, width / 20, 3, 5].map((size) => ({ write: texture(columns, size), row: row() }))
  const [large, middle, fine, rough] = textures.map((one) => one.row) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const [hilltops, lights, posts, colours] = [row(), row(), new Uint8Array(columns), new Float64Array(columns * 3)]
  texture(columns, width / 12)(0, hilltops)
  for (let x = 0; x < columns; x += 1) {
    const u = x / width
    hilltops[x] = Math.abs(Math.sin(u * 5) * 0.15 + 0.6 + (hilltops[x] as number) * 0.1)
    lights[x] = 0.75 + 0.25 * Math.cos(u * Math.PI)
    posts[x] = Math.abs(((u * 24) % 1) - 0.5) < 0.06 ? 1 : 0
  }
  return (y) => {
    const v = y / height
    const sky = 1 - v
    const inSun = Math.abs(v - 0.25) < 0.09
    for (const one of textures) one.write(y, one.row)
    for (let x = 0, at = 0; x < columns; x += 1, at += 3) {
      const u = x / width
      const cloud = (large[x] as number) * 0.6 + (middle[x] as number) * 0.3 + (fine[x] as number) * 0.1
      const hill = (hilltops[x] as number) < v ? 1 : 0
      const sun = inSun && Math.hypot(u - 0.7, v - 0.25) < 0.09 ? 1 : 0
      const post = hill === 0 && v > 0.45 ? (posts[x] as number) : 0
      const ground = hill * (0.35 + 0.4 * (rough[x] as number) + 0.2 * grain(x, y))
      const light = lights[x] as number
      const air = (1 - hill) * (0.45 + 0.35 * sky + 0.25 * cloud)
      const red = air * 0.85 + ground * 0.5 + sun * 0.8 - post * 0.4
      const green = air * 0.92 + ground * 0.75 + sun * 0.6 - post * 0.45
      const blue = air * 1.1 + ground * 0.3 + sun * 0.1 - post * 0.5
      colours[at] = red * light * 255
      colours[at + 1] = green * light * 255
      colours[at + 2] = blue * light * 255
    }
    return colours
  }
}

/** A picture like a photograph, as a sharp instance of raw RGB or RGBA; encode it as you need. */
export function photo(width: number, height: number, { alpha = false } = {}): Sharp {
  const channels = alpha ? 4 : 3
  const pixels = new Uint8ClampedArray(width * height * channels)
  const rowOf = painter(width, height)
  for (let y = 0, at = 0; y < height; y += 1) {
    const row = rowOf(y)
    if (!alpha) {
      pixels.set(row, y * width * channels)
      continue
    }
    for (let x = 0; x < width; x += 1, at += channels) {
      pixels.set(row.subarray(x * 3, x * 3 + 3), at)
      // A disc that fades out towards its edge.
      pixels[at + 3] = 255 * 4 * (0.5 - Math.hypot(x / width - 0.5, y / height - 0.5))
    }
  }
  return sharp(pixels, { raw: { width, height, channels } })
}

/** Frames of one size, in which the picture moves by a few pixels each. */
export function animation(width: number, height: number, frames: number, delay = 80): Sharp {
  const pixels = new Uint8ClampedArray(width * height * frames * 4).fill(255)
  const rowOf = painter(width, height, width + 3 * frames)
  for (let y = 0; y < height; y += 1) {
    const row = rowOf(y)
    for (let frame = 0; frame < frames; frame += 1) {
      const start = (frame * height + y) * width
      for (let x = 0; x < width; x += 1) {
        const from = (x + frame * 3) * 3
        pixels.set(row.subarray(from, from + 3), (start + x) * 4)
      }
    }
  }
  const raw = { width, height: height * frames, channels: 4, pageHeight: height } as const
  return sharp(pixels, { raw }).gif({ delay: Array.from({ length: frames }, () => delay), loop: 3 })
}
