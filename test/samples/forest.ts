/** Tall trunks in morning mist, light falling through them. */
import type { Sharp } from 'sharp'
import { type Colour, clamp, gradient, hex, mix, photograph, ramp, scale, screen } from './canvas.ts'
import { fbm, hash, noise } from './noise.ts'

const WIDTH = 1200
const HEIGHT = 1800
const ASPECT = WIDTH / HEIGHT

/** The sun stands behind the crowns. */
const SUN = { a: 0.06, v: 0.16 }

const MIST: readonly (readonly [number, Colour])[] = [
  [0, hex('e9d9a0')],
  [0.28, hex('fff0c4')],
  [0.5, hex('f0e2b4')],
  [0.68, hex('c3c996')],
  [0.8, hex('8fa878')],
  [1, hex('4d6f4d')],
]

type Stand = { trees: number; half: number; foot: number; colour: Colour; fog: number; seed: number }

/** Trees by distance, the farthest first; half-widths and feet as parts of the picture's height. */
const STANDS: readonly Stand[] = [
  { trees: 30, half: 0.0042, foot: 0.71, colour: hex('b9bd93'), fog: 0.62, seed: 1 },
  { trees: 21, half: 0.0065, foot: 0.735, colour: hex('8f9d76'), fog: 0.45, seed: 2 },
  { trees: 13, half: 0.0105, foot: 0.77, colour: hex('5f755a'), fog: 0.28, seed: 3 },
  { trees: 8, half: 0.0165, foot: 0.82, colour: hex('384f3c'), fog: 0.14, seed: 4 },
  { trees: 4, half: 0.031, foot: 0.915, colour: hex('161f17'), fog: 0.03, seed: 5 },
]

function lightAt(a: number, v: number): Colour {
  const distance = Math.hypot(a - SUN.a, (v - SUN.v) * 0.9)
  const air = gradient(MIST, v)
  return screen(
    screen(air, hex('ffeeb8'), Math.exp(-distance * 3.6) * 0.75),
    hex('fffbe8'),
    Math.exp(-distance * 13) * 0.8,
  )
}

type Covering = { colour: Colour; cover: number }

/** The one trunk of a stand that a point lies on, if any. */
function trunkAt(stand: Stand, x: number, y: number): Covering {
  const [a, v] = [(x / WIDTH - 0.5) * ASPECT, y / HEIGHT]
  const spacing = ASPECT / stand.trees
  const cell = Math.floor((a + 0.5) / spacing)
  let best: Covering = { colour: stand.colour, cover: 0 }
  for (let i = cell - 1; i <= cell + 1; i += 1) {
    const sway = noise(i * 9.1, v * 1.6 + stand.seed) * stand.half * 0.55
    const at =
      (i + 0.15 + 0.7 * hash(i, 3, stand.seed)) * spacing -
      0.5 +
      sway +
      (hash(i, 5, stand.seed) - 0.5) * (v - 0.7) * 0.035
    if (stand.seed > 4 && Math.abs(at - SUN.a) < 0.13) continue
    const foot = stand.foot + (hash(i, 7, stand.seed) - 0.5) * 0.03
    const flare = 1 + ramp(foot - 0.07, foot + 0.015, v) ** 2 * 0.8
    const half = stand.half * (0.65 + 0.6 * hash(i, 9, stand.seed)) * (0.72 + 0.3 * v) * flare
    const rough = fbm(v * 60, i * 5.3 + Math.sign(a - at) * 9, 4) * stand.half * 0.14
    const cover = clamp((half + rough - Math.abs(a - at)) * HEIGHT * 0.8 + 0.5) * ramp(foot + 0.012, foot + 0.002, v)
    if (cover > best.cover) best = { colour: barkAt(stand, a, v, (a - at) / half, at), cover }
  }
  return best
}

/** Furrowed bark, with light along the edge that faces the sun, moss towards the foot. */
function barkAt(stand: Stand, a: number, v: number, across: number, at: number): Colour {
  const near = stand.seed / STANDS.length
  const furrows = fbm(across * 3.2 + at * 40, v * 17, 5) * 0.34 * near + noise(across * 9, v * 60) * 0.08 * near
  const towards = Math.sign(SUN.a - at) * across
  const body = scale(stand.colour, 1 + furrows)
  const mossy = mix(body, hex('5f7a35'), ramp(0.55, 0.85, v) * ramp(-0.1, 0.5, fbm(a * 40, v * 30, 4)) * 0.5 * near)
  const rim = ramp(0.3, 1, towards) * Math.exp(-Math.abs(at - SUN.a) * 3.2) * ramp(0.85, 0.2, v)
  return screen(mossy, hex('ffedb0'), rim * 0.5)
}

/** Leaves: twigs that hang into the picture from above and from the sides, few of them before the sun. */
function leavesAt(a: number, v: number, layer: number): number {
  const open = Math.exp(-(((a - SUN.a) / 0.17) ** 2)) * 0.16
  const reach = 0.13 - layer * 0.012 + Math.abs(a - SUN.a) ** 1.7 * 0.75 - open
  const mass = fbm(a * 5 + layer * 9, v * 4, 3) * 0.34
  const size = 34 - layer * 6
  const leaf = fbm(a * size + layer * 5, v * size * 1.3, 3) * 0.9 + noise(a * size * 3.6, v * size * 4.4 + layer) * 0.7
  return ramp(0.02, 0.16, reach + mass - v + leaf * 0.34 - 0.03)
}

/** Ferns and moss: mounds of stalks, sunlit from behind. */
function floorAt(a: number, v: number): Covering {
  const mound = fbm(a * 5, 2, 4) * 0.03
  const cover = ramp(0.7, 0.74, v + mound + noise(a * 70, v * 20) * 0.007)
  const depth = clamp((v - 0.7) / 0.3)
  const size = 1.1 / (0.16 + depth)
  const warp = fbm(a * 7 * size, v * 7 * size, 3)
  const fronds = Math.abs(noise(a * 46 * size + warp * 2, v * 40 * size + warp * 3))
  const blades = fbm(a * 62 * size, v * 60 * size, 4)
  const tuft = fbm(a * 3.4 * size + 7, v * 8 * size, 3)
  const bright = clamp(0.36 + fronds * 0.6 + blades * 0.6 + tuft * 0.5)
  const pool = Math.exp(-(((a - SUN.a - (v - 0.7) * 0.12) / 0.16) ** 2)) * ramp(1.02, 0.74, v)
  const shade = mix(hex('0f2018'), hex('5c8040'), bright)
  const lit = screen(shade, hex('ffd96a'), pool * bright * 0.95)
  return { colour: mix(lit, hex('cfcf98'), ramp(0.8, 0.7, v) * 0.85), cover }
}

/** Shafts that fan out from the sun, broken by what stands in their way. */
function shaftsAt(a: number, v: number): number {
  const [dx, dy] = [a - SUN.a, v - SUN.v + 0.16]
  const angle = Math.atan2(dx, dy)
  const beams = fbm(angle * 7.5 + 3, 4, 4) + 0.5 * noise(angle * 31, 9)
  const dusty = 0.75 + 0.5 * fbm(a * 7, v * 5, 3)
  return ramp(0.02, 0.62, beams) * dusty * ramp(1.05, 0.3, v) * ramp(0.02, 0.3, v) * Math.exp(-Math.abs(angle) * 1.05)
}

/** Birds far off in the gap. */
const BIRDS: readonly (readonly [a: number, v: number, size: number])[] = [
  [0.012, 0.335, 0.0105],
  [0.047, 0.312, 0.0085],
  [0.031, 0.36, 0.007],
]

const birdAt = (a: number, v: number): number =>
  BIRDS.reduce((cover, [ba, bv, size]) => {
    const dx = Math.abs(a - ba) / size
    if (dx > 1) return cover
    const wing = bv - size * 0.85 * dx * (1.25 - dx)
    return Math.max(cover, clamp((0.0011 * (1.2 - dx) - Math.abs(v - wing)) * HEIGHT + 0.4))
  }, 0)

function pointAt(x: number, y: number): Colour {
  const [a, v] = [(x / WIDTH - 0.5) * ASPECT, y / HEIGHT]
  const air = lightAt(a, v)
  let colour = mix(air, scale(air, 0.86), ramp(0, 0.5, fbm(a * 5, v * 3.2, 5)))
  const floor = floorAt(a, v)
  for (const [index, stand] of STANDS.entries()) {
    if (index === 2) colour = mix(colour, hex('4f6f60'), birdAt(a, v) * 0.8)
    if (index === 1) colour = mix(colour, floor.colour, floor.cover)
    const trunk = trunkAt(stand, x, y)
    const fogged = mix(
      trunk.colour,
      air,
      clamp(stand.fog * (0.8 + 0.5 * fbm(a * 4 + index, v * 4, 3)) + ramp(0.6, 0.8, v) * stand.fog * 0.4),
    )
    colour = mix(colour, fogged, trunk.cover)
    if (index >= 1) {
      const leaf = leavesAt(a, v, index - 1)
      const green = mix(hex('a9b56a'), hex('26381c'), ((index - 1) / 3) ** 0.8)
      const glowing = screen(green, hex('f2dc62'), Math.exp(-Math.hypot(a - SUN.a, v - SUN.v) * 4.2) * 0.8)
      colour = mix(colour, mix(glowing, air, stand.fog), leaf * (0.55 + 0.1 * index))
    }
  }
  const shafts = screen(colour, hex('ffe9a8'), shaftsAt(a, v) * 0.6)
  return screen(shafts, hex('ffefb8'), Math.exp(-Math.hypot(a - SUN.a, v - SUN.v) * 4.2) * 0.5)
}

export const forest = (): Sharp => photograph(WIDTH, HEIGHT, { grain: 4, vignette: 0.34, seed: 929 }, pointAt)
