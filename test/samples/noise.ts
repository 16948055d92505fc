/** Noise that is the same on every run: a hash of whole coordinates, and Perlin's gradient noise on top of it. */

/** Of two whole numbers and a seed, 0 to 1. */
export function hash(x: number, y = 0, seed = 0): number {
  let h = (Math.imul(x, 374761393) + Math.imul(y, 668265263) + Math.imul(seed, 974634777)) | 0
  h = Math.imul(h ^ (h >>> 13), 1274126177)
  h = Math.imul(h ^ (h >>> 15), 2246822519)
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296
}

const GRADIENTS = 256
const PERMUTATION = permutation()
const ANGLES = Array.from({ length: GRADIENTS }, (_, index) => hash(index, 7, 3) * 2 * Math.PI)
const GRADIENT_X = Float64Array.from(ANGLES, Math.cos)
const GRADIENT_Y = Float64Array.from(ANGLES, Math.sin)

/** 0 to 255, shuffled, and once more, so that no index has to be wrapped. */
function permutation(): Uint8Array {
  const table = Uint8Array.from({ length: GRADIENTS }, (_, index) => index)
  for (let i = GRADIENTS - 1; i > 0; i -= 1) {
    const j = Math.floor(hash(i, 11, 5) * (i + 1))
    const [a = 0, b = 0] = [table[i], table[j]]
    table[i] = b
    table[j] = a
  }
  return Uint8Array.from([...table, ...table])
}

function corner(cx: number, cy: number, dx: number, dy: number): number {
  const index = PERMUTATION[(PERMUTATION[cx & 255] as number) + (cy & 255)] as number
  return (GRADIENT_X[index] as number) * dx + (GRADIENT_Y[index] as number) * dy
}

const fade = (t: number): number => t * t * t * (t * (t * 6 - 15) + 10)

/** Gradient noise with features about one unit wide, about -1 to 1. */
export function noise(x: number, y: number): number {
  const [cx, cy] = [Math.floor(x), Math.floor(y)]
  const [dx, dy] = [x - cx, y - cy]
  const [u, v] = [fade(dx), fade(dy)]
  const top = corner(cx, cy, dx, dy) * (1 - u) + corner(cx + 1, cy, dx - 1, dy) * u
  const bottom = corner(cx, cy + 1, dx, dy - 1) * (1 - u) + corner(cx + 1, cy + 1, dx - 1, dy - 1) * u
  return (top * (1 - v) + bottom * v) * 1.5
}

/** Octaves of noise, each twice as fine and half as strong: clouds, mist. About -1 to 1. */
export function fbm(x: number, y: number, octaves: number): number {
  let [sum, weight, scale] = [0, 0.5, 1]
  for (let i = 0; i < octaves; i += 1) {
    sum += noise(x * scale + i * 19.7, y * scale - i * 7.3) * weight
    weight *= 0.5
    scale *= 2.03
  }
  return sum
}

/** Octaves of noise with creases where it crosses 0: mountains. About 0 to 1. */
export function ridged(x: number, y: number, octaves: number): number {
  let [sum, weight, scale, total] = [0, 0.5, 1, 0]
  for (let i = 0; i < octaves; i += 1) {
    const crease = 1 - Math.abs(noise(x * scale + i * 31.1, y * scale + i * 3.7))
    sum += crease * crease * weight
    total += weight
    weight *= 0.48
    scale *= 2.1
  }
  return sum / total
}

/** Film grain: about normal, with a spread of 1. */
export const grain = (x: number, y: number, seed: number): number =>
  (hash(x, y, seed) + hash(x, y, seed + 1) + hash(x, y, seed + 2) - 1.5) * 2
