/** Rain on a window at night, the lights of a street out of focus behind it. */
import type { Sharp } from 'sharp'
import { add, type Colour, clamp, gradient, hex, mix, photograph, ramp, scale, screen } from './canvas.ts'
import { fbm, hash, noise } from './noise.ts'

const WIDTH = 1500
const HEIGHT = 1000
const ASPECT = WIDTH / HEIGHT

type Light = { a: number; v: number; radius: number; colour: Colour; power: number }

const TINTS = ['ffb45e', 'ffcf8a', 'ff8f4a', 'ff5e4d', '6fb2ff', 'ffe3b8', '58d0b4', 'ffa24f'].map(hex)

/** Street lamps and cars along a road that runs to a point, windows above it. */
const LIGHTS: readonly Light[] = Array.from({ length: 74 }, (_, i): Light => {
  const [near, side] = [hash(i, 1, 8) ** 1.4, hash(i, 2, 8) < 0.5 ? -1 : 1]
  const isWindow = i % 3 === 0
  const spread = (0.05 + near * 0.85) * (0.5 + 0.5 * hash(i, 3, 8))
  const v = isWindow ? 0.1 + 0.42 * hash(i, 4, 8) : 0.56 + near * 0.3 * hash(i, 5, 8)
  return {
    a: ASPECT * 0.56 + side * spread,
    v,
    radius: 0.016 + near * 0.058,
    colour: TINTS[Math.floor(hash(i, 6, 8) * TINTS.length)] as Colour,
    power: 0.2 + 0.6 * hash(i, 7, 8) * (1.15 - near * 0.6),
  }
})

/** What is behind the glass: discs with a brighter rim, and their light on wet asphalt. */
function streetAt(a: number, v: number): Colour {
  const night = gradient(
    [
      [0, hex('0d1526')],
      [0.45, hex('1d2740')],
      [0.58, hex('3a3346')],
      [0.7, hex('1c1e2c')],
      [1, hex('0b0e18')],
    ],
    v,
  )
  let colour = screen(
    night,
    hex('ffb070'),
    Math.exp(-Math.hypot((a - ASPECT * 0.56) * 1.1, (v - 0.57) * 2.2) * 3) * 0.4,
  )
  for (const light of LIGHTS) {
    const distance = Math.hypot(a - light.a, v - light.v) / light.radius
    if (distance < 1.1) {
      const disc = ramp(1.04, 0.94, distance) * (0.72 + 0.42 * ramp(0.7, 0.97, distance))
      colour = screen(colour, light.colour, disc * light.power)
    }
    if (v > 0.6 && light.v > 0.5) {
      const [dx, down] = [(a - light.a) / (light.radius * 0.75), v - 0.6]
      const streak =
        Math.exp(-dx * dx) * ramp(0, 0.16, down) * Math.exp(-down * 3.2) * (0.7 + 0.6 * noise(a * 6, v * 26))
      colour = screen(colour, light.colour, streak * light.power * 0.34)
    }
  }
  return colour
}

type Drop = { a: number; v: number; radius: number }

/** Drops in cells of three sizes, the largest few and far between. */
const LAYERS: readonly { size: number; chance: number; from: number; to: number }[] = [
  { size: 0.017, chance: 0.4, from: 0.12, to: 0.3 },
  { size: 0.052, chance: 0.42, from: 0.14, to: 0.36 },
  { size: 0.13, chance: 0.4, from: 0.14, to: 0.33 },
]

function dropAt(a: number, v: number): Drop | undefined {
  for (const [layer, { size, chance, from, to }] of [...LAYERS.entries()].reverse()) {
    const [cx, cy] = [Math.floor(a / size), Math.floor(v / size)]
    if (hash(cx, cy, 30 + layer) > chance) continue
    const radius = size * (from + (to - from) * hash(cx, cy, 40 + layer) ** 1.5)
    const spare = size - 2.3 * radius
    const [da, dv] = [
      a - cx * size - radius * 1.15 - spare * hash(cx, cy, 50 + layer),
      v - cy * size - radius * 1.15 - spare * hash(cx, cy, 60 + layer),
    ]
    const wobble = 1 + 0.1 * noise(Math.atan2(dv, da) * 0.9 + cx * 3, cy * 5)
    const sag = dv > 0 ? 0.9 : 1.05
    if (Math.hypot(da * (1.02 + (dv < 0 ? -dv / radius : 0) * 0.12), dv * sag) < radius * wobble)
      return { a: da / radius, v: dv / radius, radius }
  }
  return undefined
}

/** A drop is a small round lens: it shows the street upside down, dark at its upper edge, with a glint. */
function lensAt(a: number, drop: Drop): Colour {
  const edge = Math.hypot(drop.a, drop.v)
  const bulge = 0.26 + 0.3 * edge * edge
  const seen = streetAt(clamp(a - drop.a * bulge * 1.3, 0, ASPECT), clamp(0.56 - drop.v * bulge * 1.25, 0, 1))
  const dark = ramp(0.55, 1, edge) * (0.75 - 0.35 * drop.v)
  const glint = Math.exp(-((drop.a + 0.32) ** 2 + (drop.v + 0.42) ** 2) * 34)
  const bounce = Math.exp(-((edge - 0.86) ** 2) * 90) * ramp(0.1, 0.9, drop.v) * 0.5
  return screen(scale(add(seen, hex('201c22'), 0.5), 1.15 - dark), hex('fff1dc'), glint * 0.7 + bounce * 0.6)
}

function pointAt(x: number, y: number): Colour {
  const [a, v] = [(x + 0.5) / HEIGHT, (y + 0.5) / HEIGHT]
  const drop = dropAt(a, v)
  if (drop) return lensAt(a, drop)
  const fog = clamp(0.16 + 0.2 * fbm(a * 3, v * 3 - 2, 4)) * ramp(1.1, 0.2, v)
  return mix(streetAt(a, v), hex('6d6a78'), fog * 0.5)
}

export const rainyWindow = (): Sharp => photograph(WIDTH, HEIGHT, { grain: 3, vignette: 0.4, seed: 211 }, pointAt)
