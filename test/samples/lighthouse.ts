/** A lighthouse against the low sun, its rim lit, and the glitter that the sun makes on a breezy sea. */
import type { Sharp } from 'sharp'
import { add, type Colour, clamp, gradient, hex, mix, photograph, ramp, scale, screen } from './canvas.ts'
import { fbm, noise, ridged } from './noise.ts'

const WIDTH = 2400
const HEIGHT = 1600
const ASPECT = WIDTH / HEIGHT

const HORIZON = 0.56
const SUN = { u: 0.34, v: 0.46 }

const SKY: readonly (readonly [number, Colour])[] = [
  [0, hex('4f86a8')],
  [0.3, hex('93b9bf')],
  [0.44, hex('dccfb0')],
  [0.52, hex('f7d79e')],
  [0.58, hex('ffdfa6')],
]

/** The air alone, also above and beside the picture: the sea mirrors that. */
function airAt(u: number, v: number): Colour {
  const distance = Math.hypot((u - SUN.u) * ASPECT, (v - SUN.v) * 1.25)
  const warm = screen(gradient(SKY, v), hex('ffc274'), Math.exp(-distance * 3) * 0.6)
  return screen(warm, hex('fff3d0'), Math.exp(-distance * 11) * 0.85)
}

function skyAt(u: number, v: number): Colour {
  const air = airAt(u, v)
  const disc = ramp(0.03, 0.014, Math.hypot((u - SUN.u) * ASPECT, v - SUN.v))
  // Clouds lie on a plane: the nearer to the horizon, the flatter.
  const far = 1 / (HORIZON + 0.06 - v)
  const [x, y] = [(u - 0.5) * far * 1.5 + 7, far * 2.1]
  const warp = fbm(x * 0.8, y * 0.8, 3)
  const thick = fbm(x * 0.9 + warp * 0.8, y * 1.25 + warp * 0.5, 7)
  const cloud = ramp(0.04, 0.42, thick) * ramp(HORIZON - 0.02, HORIZON - 0.17, v)
  const towards = Math.exp(-Math.hypot((u - SUN.u) * ASPECT, v - SUN.v) * 1.7)
  const shade = ramp(0.1, 0.55, thick)
  const lit = mix(hex('fff2da'), mix(hex('9aa9b4'), hex('e8b98a'), towards), shade * 0.75)
  const clouded = mix(air, screen(lit, hex('ffdca0'), towards * 0.35), cloud * 0.82)
  return add(clouded, hex('fff6dc'), disc * 0.75 * (1 - cloud * 0.5))
}

/** How a point of the sea leans, sideways and away, by waves of many lengths; far waves are finer than a point. */
function leanAt(x: number, z: number, far: number): [number, number] {
  let [side, away] = [0, 0]
  let [length, strength, angle] = [6, 0.05, 0.3]
  for (let i = 0; i < 7; i += 1) {
    const seen = clamp(length * 260 - far * far * 0.25, 0, length * 260) / (length * 260)
    if (seen > 0) {
      const [c, s] = [Math.cos(angle), Math.sin(angle)]
      const [a, b] = [(x * c + z * s) / length, (z * c - x * s) / (length * 0.42)]
      const height = noise(a + i * 17, b)
      side += (noise(a + i * 17 + 0.12, b) - height) * 8 * strength * seen
      away += (noise(a + i * 17, b + 0.12) - height) * 8 * strength * seen * 1.6
    }
    length *= 0.56
    strength *= 0.98
    angle -= 0.17
  }
  return [side, away]
}

function seaAt(u: number, v: number): Colour {
  const down = v - HORIZON
  const far = 0.9 / (down + 0.0035)
  const [side, away] = leanAt((u - 0.5) * ASPECT * far * 0.9, far * 1.2, far)
  const flat = clamp(1.1 - far * 0.02, 0.25, 1)
  // A mirror that leans by an angle moves what is seen in it by twice as much.
  const mirrored = HORIZON - down * 0.85 - Math.abs(away) * 0.5 * flat - away * 0.22
  const seen = airAt(u + side * 0.22, clamp(mirrored, -0.25, HORIZON - 0.005))
  const grazing = clamp(0.95 - down * 1.25 - away * 0.55, 0.12, 0.95)
  const deep = mix(hex('0d3f52'), hex('2b6f78'), clamp(0.4 + away * 0.8))
  const water = mix(deep, seen, grazing * 0.82)
  return glittering(water, u, v, side, away, down, far)
}

/** Facets that lean just so show the sun itself. */
function glittering(
  water: Colour,
  u: number,
  v: number,
  side: number,
  away: number,
  down: number,
  far: number,
): Colour {
  const breadth = 0.018 + down * 0.2
  const off = (u - SUN.u) * ASPECT + side * 0.1
  const path = Math.exp(-((off / (breadth * 1.5)) ** 2))
  const facet = fbm((u - 0.5) * ASPECT * far * 11, far * 14, 4) * 1.1 + noise(u * 420, v * 900) * 0.28
  const sparkle = ramp(0.35, 0.85, facet + Math.abs(side) * 0.5 + away * 0.75 + path * 0.42 - 0.1)
  const sheen = path * (0.2 + 0.25 * clamp(0.5 + away))
  return add(screen(water, hex('ffd288'), sheen), hex('fff3cf'), sparkle * path * 1.05)
}

const TOWER = { u: 0.745, foot: 0.635, top: 0.215, half: 0.0365, taper: 0.62 }

/** The headland's outline, as a height for each column. */
const SHORE = Float64Array.from({ length: WIDTH }, (_, x) => {
  const u = x / WIDTH
  const rise = ramp(0.5, 0.7, u) * 0.115 - ramp(0.8, 1.06, u) * 0.045
  const crag = (ridged(u * 9, 3, 5) - 0.62) * 0.07 * ramp(0.5, 0.6, u)
  return HEIGHT * (0.735 - rise - crag)
})

/** Where the rocks meet the water. */
const WATERLINE = Float64Array.from({ length: WIDTH }, (_, x) => {
  const u = x / WIDTH
  return HEIGHT * (0.742 + 0.06 * ramp(0.5, 0.75, u) + 0.1 * ramp(0.7, 1, u) + fbm(u * 14, 8, 5) * 0.022)
})

/** Rock in strata, dark against the light, with a warm edge where it faces the sun. */
function rockAt(x: number, y: number): Colour {
  const [u, v] = [x / WIDTH, y / HEIGHT]
  const depth = (y - (SHORE[x] as number)) / HEIGHT
  const tilt = v * 30 + u * 9
  const strata = ridged(u * 16 + fbm(u * 8, v * 8, 3), tilt, 6)
  const slope = ridged((u - 0.0022) * 16 + fbm(u * 8, v * 8, 3), tilt - 0.02, 6) - strata
  const body = mix(hex('1b2226'), hex('4e4a42'), clamp(strata * 1.15 - 0.35))
  const lit = mix(body, hex('f0b878'), clamp(slope * 3.6 + 0.02) * 0.75)
  const rim = screen(lit, hex('ffce8a'), ramp(0.006, 0.0005, depth) * 0.5)
  const grass = ramp(0.03, 0.004, depth + fbm(u * 40, v * 40, 3) * 0.012) * ramp(0.6, 0.68, u) * ramp(0.67, 0.6, v)
  const green = mix(hex('2f3a22'), hex('8f8748'), clamp(0.45 + fbm(u * 220, v * 90, 3)))
  const above = mix(rim, green, grass * 0.85)
  const wet = ramp(0.035, 0.0, ((WATERLINE[x] as number) - y) / HEIGHT)
  return scale(above, 1 - wet * 0.5)
}

/** Surf where rock and water meet, in ragged lines. */
function surfAt(x: number, y: number): number {
  const [u, v] = [x / WIDTH, y / HEIGHT]
  const below = (y - (WATERLINE[x] as number)) / HEIGHT
  const reach = 0.012 + 0.03 * ramp(0.5, 1, u)
  const foam = fbm(u * 60, v * 130, 5) + 0.25
  return ramp(-0.006, 0.001, below) * ramp(reach, 0, below) * ramp(-0.05, 0.45, foam) * ramp(0.5, 0.56, u)
}

type Paint = { colour: Colour; cover: number }
const NOTHING: Paint = { colour: [0, 0, 0], cover: 0 }

/** How much of a point lies within a half-width around the middle of the tower. */
const within = (offset: number, half: number): number => clamp((half - Math.abs(offset)) * HEIGHT + 0.5)

/** A round wall, -1 at its left edge to 1 at its right: lit from behind on the left. */
function roundWall(colour: Colour, across: number): Colour {
  const rim = ramp(-0.35, -0.98, across)
  const bounce = ramp(0.35, 1, across) * 0.12
  const shaded = scale(colour, 0.3 + 0.25 * ramp(0.6, -0.9, across) + bounce)
  return screen(shaded, hex('ffd49a'), rim * 0.85)
}

function towerAt(x: number, y: number): Paint {
  const offset = ((x - TOWER.u * WIDTH) / HEIGHT) * 1
  const v = y / HEIGHT
  if (v < TOWER.top - 0.14 || v > TOWER.foot + 0.06 || Math.abs(offset) > 0.3) return NOTHING
  const down = clamp((v - TOWER.top) / (TOWER.foot - TOWER.top), 0, 1.2)
  const half = TOWER.half * (TOWER.taper + (1 - TOWER.taper) * down ** 1.35)
  if (v >= TOWER.top) return { colour: wallAt(offset, v, down, half), cover: within(offset, half) }
  return lanternAt(offset, v)
}

/** White, with two red bands, weathered, and three small windows. */
function wallAt(offset: number, v: number, down: number, half: number): Colour {
  const across = offset / half
  const curve = down + across * across * 0.008
  const isRed = (curve > 0.14 && curve < 0.34) || (curve > 0.56 && curve < 0.76)
  const streaks = fbm(offset * 240, v * 14, 4) * 0.09 + fbm(offset * 90, v * 90, 3) * 0.05
  const paint = scale(isRed ? hex('c8402f') : hex('f4eee2'), 1 + streaks)
  const pane = [0.235, 0.47, 0.7].some((at) => Math.abs(curve - at) < 0.021 && Math.abs(across - 0.12) < 0.13)
  return pane ? hex('1d262b') : roundWall(paint, across)
}

/** The gallery with its railing, the lantern with its light, the cap. */
function lanternAt(offset: number, v: number): Paint {
  const up = TOWER.top - v
  const gallery = TOWER.half * 1.02
  if (up < 0.011) return { colour: roundWall(hex('3a3d40'), offset / gallery), cover: within(offset, gallery) }
  const glass = TOWER.half * 0.52
  if (up < 0.06 && Math.abs(offset) < glass + 0.001) {
    const bar = Math.abs((((offset / glass) * 2.5 + 10.5) % 1) - 0.5) < 0.07 || Math.abs(up - 0.036) < 0.0012
    const glow = Math.exp(-(((offset / glass) * 1.4) ** 2) - ((up - 0.034) * 70) ** 2)
    const pane = mix(hex('8a8674'), hex('fff4c8'), clamp(0.25 + glow))
    return { colour: bar ? hex('24282b') : pane, cover: within(offset, glass) }
  }
  if (up < 0.036) {
    const rail = Math.abs(up - 0.034) < 0.0013 || Math.abs(up - 0.023) < 0.0008
    const post = Math.abs((((offset / gallery) * 5 + 10.5) % 1) - 0.5) < 0.06
    return { colour: hex('2a2d2f'), cover: rail || post ? within(offset, gallery * 0.98) : 0 }
  }
  const cap = glass * 1.16 * (1 - clamp((up - 0.06) / 0.036) ** 1.6)
  if (up >= 0.06 && up < 0.096)
    return { colour: roundWall(hex('a5352a'), offset / (cap + 1e-6)), cover: within(offset, cap) }
  return up < 0.125 ? { colour: hex('26292b'), cover: within(offset, 0.0011) } : NOTHING
}

/** A keeper's house beside it: a hipped roof with a chimney, lamps lit, the wall to the sun still warm. */
function houseAt(x: number, y: number): Paint {
  const [a, b] = [(x - 0.787 * WIDTH) / HEIGHT, y / HEIGHT - 0.632]
  if (a < -0.008 || a > 0.158 || b > 0.04 || b < -0.12) return NOTHING
  const slope = Math.min(a + 0.008, 0.158 - a) * 0.95
  const ridge = -0.046 - Math.min(slope, 0.04)
  const isChimney = Math.abs(a - 0.103) < 0.0065 && b > -0.101
  if (b < ridge)
    return isChimney ? { colour: scale(hex('8a6a58'), 0.6 + ramp(0.103, 0.097, a) * 0.7), cover: 1 } : NOTHING
  if (b < -0.046) return { colour: roofAt(a, b), cover: clamp((b - ridge) * HEIGHT) }
  if (a < 0 || a > 0.15) return NOTHING
  const isPane = b > -0.034 && b < -0.013 && [0.045, 0.085, 0.125].some((at) => Math.abs(a - at) < 0.0062)
  const plaster = scale(hex('d9cfba'), 0.42 + fbm(a * 120, b * 120, 3) * 0.08)
  return { colour: isPane ? hex('ffca70') : screen(plaster, hex('ffca8a'), ramp(0.012, 0, a) * 0.55), cover: 1 }
}

function roofAt(a: number, b: number): Colour {
  const tiles = fbm(a * 260, b * 900, 3) * 0.28
  const hip = screen(
    scale(hex('6b4a40'), 0.72 + tiles),
    hex('ffbf80'),
    ramp(0.004, -0.001, a + 0.008 + (b + 0.046) * 1.05) * 0.8,
  )
  return mix(hip, hex('2a2220'), ramp(-0.049, -0.046, b) * 0.6)
}

/** A sail far out, dark against the glitter. */
function sailAt(x: number, y: number): number {
  const [a, b] = [(x - 0.135 * WIDTH) / HEIGHT, y / HEIGHT - (HORIZON + 0.012)]
  const hull = b > -0.006 && b < 0 && a > -0.02 - b * 0.3 && a < 0.017 + b * 0.4
  const main = b < -0.008 && b > -0.074 && a > 0.0005 && a < 0.019 * (1 + (b + 0.008) / 0.066) ** 0.8
  const jib = b < -0.009 && b > -0.062 && a < -0.0008 && a > -0.015 * (1 + (b + 0.009) / 0.053)
  return hull || main || jib ? 1 : 0
}

function pointAt(x: number, y: number): Colour {
  const [u, v] = [x / WIDTH, y / HEIGHT]
  let colour = v < HORIZON ? skyAt(u, v) : seaAt(u, v)
  const haze = Math.exp(-Math.abs(v - HORIZON) * 90) * 0.55
  colour = mix(colour, mix(hex('dccba6'), hex('ffe6b0'), Math.exp(-Math.abs(u - SUN.u) * 4)), haze)
  colour = mix(colour, hex('5a6468'), sailAt(x, y) * 0.85)
  for (const paint of [houseAt(x, y), towerAt(x, y)]) colour = mix(colour, paint.colour, paint.cover)
  const isLand = u > 0.5 && y > (SHORE[x] as number) && y < (WATERLINE[x] as number)
  if (isLand) colour = mix(colour, rockAt(x, y), clamp(y - (SHORE[x] as number) + 0.5))
  colour = mix(colour, hex('fff0d8'), surfAt(x, y) * 0.85)
  // The sun's glare lies over everything.
  return screen(colour, hex('ffcf8c'), Math.exp(-Math.hypot((u - SUN.u) * ASPECT, v - SUN.v) * 3.4) * 0.22)
}

export const lighthouse = (): Sharp => photograph(WIDTH, HEIGHT, { grain: 4, vignette: 0.24, seed: 733 }, pointAt)
