/** Ridge behind ridge after sunset, mist in the valleys, firs on the nearest slopes. */
import type { Sharp } from 'sharp'
import { add, type Colour, clamp, gradient, hex, mix, photograph, ramp, scale, screen } from './canvas.ts'
import { fbm, hash, noise, ridged } from './noise.ts'

const WIDTH = 2400
const HEIGHT = 1600
const ASPECT = WIDTH / HEIGHT

/** Where the sun has just gone down. */
const SUN = { u: 0.64, v: 0.535 }

const SKY: readonly (readonly [number, Colour])[] = [
  [0, hex('141c3a')],
  [0.2, hex('303a68')],
  [0.36, hex('6d5c86')],
  [0.46, hex('b57a83')],
  [0.53, hex('eda577')],
  [0.6, hex('ffd9a0')],
]

type Ridge = { base: number; height: number; breadth: number; colour: Colour; mist: number; firs: number }

/** From the farthest to the nearest; lengths as parts of the picture's height. */
const RIDGES: readonly Ridge[] = [
  { base: 0.585, height: 0.1, breadth: 2.6, colour: hex('b0808b'), mist: 0.75, firs: 0 },
  { base: 0.625, height: 0.12, breadth: 2.2, colour: hex('8b6b85'), mist: 0.7, firs: 0 },
  { base: 0.675, height: 0.13, breadth: 1.9, colour: hex('665878'), mist: 0.62, firs: 0 },
  { base: 0.735, height: 0.13, breadth: 1.6, colour: hex('474668'), mist: 0.5, firs: 0 },
  { base: 0.8, height: 0.13, breadth: 1.3, colour: hex('2e3453'), mist: 0.36, firs: 0.024 },
  { base: 0.885, height: 0.14, breadth: 1, colour: hex('1a223c'), mist: 0.22, firs: 0.05 },
  { base: 0.99, height: 0.17, breadth: 0.8, colour: hex('0c1224'), mist: 0.06, firs: 0.1 },
]

const glowAt = (u: number, v: number): number => {
  const [dx, dy] = [(u - SUN.u) * ASPECT, (v - SUN.v) * 1.9]
  return Math.exp(-Math.hypot(dx, dy) * 3.2)
}

function skyAt(u: number, v: number, x: number, y: number): Colour {
  const glow = glowAt(u, v)
  const air = screen(gradient(SKY, v), hex('ff9a52'), glow * 0.62)
  const lit = add(air, hex('ffe2b0'), Math.exp(-Math.hypot((u - SUN.u) * ASPECT, v - SUN.v) * 22) * 0.7)
  return clouded(starred(lit, x, y, v), u, v, glow)
}

/** Long thin banks, lit from below where the sun is near. */
function clouded(air: Colour, u: number, v: number, glow: number): Colour {
  const drift = fbm(u * 3 + 4, v * 9, 3) * 0.35
  const bank = fbm(u * 2.2 * ASPECT + drift, v * 13 + drift * 2 + 3, 6)
  const body = ramp(0.02, 0.5, bank) * ramp(0.02, 0.16, v) * ramp(0.56, 0.4, v)
  const below = fbm(u * 2.2 * ASPECT + drift, (v + 0.012) * 13 + drift * 2 + 3, 4)
  const edge = clamp((bank - below) * 3 + 0.35)
  const colour = mix(hex('5a5078'), hex('ffb58a'), clamp(edge * (0.35 + glow * 2.4)))
  return mix(air, colour, body * 0.8)
}

function starred(air: Colour, x: number, y: number, v: number): Colour {
  const size = 41
  const [cx, cy] = [Math.floor(x / size), Math.floor(y / size)]
  const bright = hash(cx, cy, 91)
  if (bright < 0.72 || v > 0.3) return air
  const [sx, sy] = [(cx + 0.2 + 0.6 * hash(cx, cy, 92)) * size, (cy + 0.2 + 0.6 * hash(cx, cy, 93)) * size]
  const light = Math.exp(-((x - sx) ** 2 + (y - sy) ** 2) / 1.7) * (bright - 0.72) * 2.2 * ramp(0.26, 0.03, v)
  return add(air, hex('dfe6ff'), light)
}

/** A profile for each ridge: the height of its crest by column. */
const CRESTS: readonly Float64Array[] = RIDGES.map(({ base, height, breadth }, index) =>
  Float64Array.from({ length: WIDTH }, (_, x) => {
    const u = (x / WIDTH) * ASPECT
    const crest = ridged(u * 1.35 * breadth * 0.7 + index * 5.3 + 0.4, index * 9.1, 7)
    const swell = fbm(u * 0.9 + index * 3.1, index * 2.7, 2)
    return HEIGHT * (base - height * (crest - 0.55 + swell * 0.8))
  }),
)

/** How much of a point is covered by firs that stand on a crest. */
function firsAt(x: number, y: number, index: number, tall: number): number {
  const crest = CRESTS[index] as Float64Array
  const spacing = tall * HEIGHT * 0.2
  const cell = Math.floor(x / spacing)
  let covered = 0
  for (let i = cell - 3; i <= cell + 3; i += 1) {
    if (hash(i, index, 21) < 0.12 + 0.3 * (noise(i * 0.11, index * 7) + 0.3)) continue
    const at = (i + hash(i, index, 22)) * spacing
    const foot = crest[clamp(Math.round(at), 0, WIDTH - 1)] as number
    const height = tall * HEIGHT * (0.45 + 0.75 * hash(i, index, 23) ** 1.5)
    const up = (foot + height * 0.12 - y) / height
    if (up < 0 || up > 1) continue
    const tiers = 9 + Math.floor(hash(i, index, 24) * 5)
    const tier = (up * tiers) % 1
    const ragged = 0.72 + 0.5 * (1 - tier) + 0.35 * noise(y * 0.22, i * 3.3 + (x > at ? 40 : 0))
    const half = height * 0.17 * (1 - up) ** 0.85 * ragged + 0.6
    covered = Math.max(covered, clamp(half - Math.abs(x - at) + 0.5))
  }
  return covered
}

function pointAt(x: number, y: number): Colour {
  const [u, v] = [x / WIDTH, y / HEIGHT]
  let colour = skyAt(u, v, x, y)
  const warmth = Math.exp(-Math.abs(u - SUN.u) * 2.6)
  for (const [index, ridge] of RIDGES.entries()) {
    const depth = y - (CRESTS[index]?.[x] as number)
    const firs = ridge.firs > 0 && depth < 2 && depth > -ridge.firs * HEIGHT * 1.3 ? firsAt(x, y, index, ridge.firs) : 0
    const cover = Math.max(clamp(depth + 0.5), firs)
    if (cover <= 0) continue
    colour = mix(colour, slopeAt(ridge, index, u, v, Math.max(0, depth) / HEIGHT, warmth), cover)
  }
  return scale(colour, 1.02)
}

/** A slope: darkest at its crest, lost in the mist of the valley, warmer towards the sun. */
function slopeAt(ridge: Ridge, index: number, u: number, v: number, depth: number, warmth: number): Colour {
  const far = 1 - index / (RIDGES.length - 1)
  const body = mix(ridge.colour, hex('f0a486'), warmth * far * 0.5)
  const relief = fbm(u * 60 * ridge.breadth, v * 46 * ridge.breadth + index * 13, 4) * (0.05 + 0.05 * (1 - far))
  const shaded = scale(body, 1 + relief * 1.4)
  const bank = 0.75 + 0.7 * fbm(u * 5 + index * 2.2, v * 12, 4)
  const mist = clamp(ramp(0, 0.12 + 0.02 * index, depth) * ridge.mist * bank)
  const vapour = mix(hex('8d87a6'), hex('ffc296'), warmth * (0.35 + 0.5 * far))
  return mix(shaded, vapour, mist)
}

export const dusk = (): Sharp => photograph(WIDTH, HEIGHT, { grain: 5, vignette: 0.28, seed: 401 }, pointAt)
