/** The Milky Way over dunes, a tent with a lamp in it. */
import type { Sharp } from 'sharp'
import { add, type Colour, clamp, gradient, hex, mix, photograph, ramp, scale, screen } from './canvas.ts'
import { fbm, hash, noise } from './noise.ts'

const WIDTH = 1600
const HEIGHT = 2400
const ASPECT = WIDTH / HEIGHT

const SKY: readonly (readonly [number, Colour])[] = [
  [0, hex('060b1d')],
  [0.3, hex('0c1734')],
  [0.52, hex('1b2a50')],
  [0.66, hex('42466f')],
  [0.74, hex('80637c')],
  [0.8, hex('c98d78')],
]

/** Lengths as parts of the picture's height. */
const place = (x: number, y: number): [number, number] => [(x / WIDTH - 0.5) * ASPECT, y / HEIGHT]

function skyAt(x: number, y: number): Colour {
  const [a, v] = place(x, y)
  const band = bandAt(a, v)
  const veil = ramp(0.7, 0.45, v)
  const air = gradient(SKY, v)
  const dust = add(add(air, band.glow, veil), hex('0b1020'), fbm(a * 5, v * 5, 4) * 0.3)
  return add(dust, starsAt(x, y, band.density), veil * 0.9 + 0.1)
}

/** The galaxy: a band across the sky, brighter in its middle, with lanes of dust and a few red clouds. */
function bandAt(a: number, v: number): { glow: Colour; density: number } {
  const along = (v - 0.34) * 0.86 - (a - 0.03) * 0.5
  const bend = fbm(along * 2.2, 5, 3) * 0.06
  const across = (a - 0.03) * 0.86 + (v - 0.34) * 0.5 + bend
  const core = Math.exp(-((across / 0.11) ** 2))
  const halo = Math.exp(-((across / 0.24) ** 2))
  const bulge = 0.55 + 0.75 * Math.exp(-(((along - 0.17) / 0.22) ** 2))
  const clouds = 0.62 + 0.75 * fbm(across * 9 + 3, along * 7, 6)
  const warp = fbm(along * 6, across * 8, 4) * 0.06
  const lane = ramp(0.3, -0.02, Math.abs(across + warp - 0.012) * 5 + fbm(across * 16, along * 8 + 9, 5) * 0.9)
  const light = (core * clouds * bulge * (1 - lane * 0.8) + halo * 0.24) * 0.55
  const tint = mix(hex('7f9be0'), hex('ffd9b8'), clamp(core * bulge * 0.9 - lane * 0.2))
  const nebula = ramp(0.3, 0.62, fbm(across * 13 + 20, along * 13, 4)) * core * 0.5
  return {
    glow: add(scale(tint, Math.max(0, light)), hex('d0507a'), nebula),
    density: core * (1 - lane * 0.75) + halo * 0.3,
  }
}

/** Three sizes of stars, few of them bright; in the band there are more of the faint ones. */
function starsAt(x: number, y: number, density: number): Colour {
  let light: Colour = [0, 0, 0]
  for (const [layer, size] of [9, 31, 118].entries()) {
    const [cx, cy] = [Math.floor(x / size), Math.floor(y / size)]
    for (let i = -1; i <= 1; i += 1) {
      for (let j = -1; j <= 1; j += 1) {
        light = add(light, starOf(cx + i, cy + j, size, layer, x, y, density))
      }
    }
  }
  return light
}

const BLACK: Colour = [0, 0, 0]

function starOf(cx: number, cy: number, size: number, layer: number, x: number, y: number, density: number): Colour {
  const chance = layer === 0 ? 0.14 + density * 0.5 : layer === 1 ? 0.34 + density * 0.2 : 0.42
  if (hash(cx, cy, 50 + layer) > chance) return BLACK
  const dx = x - (cx + hash(cx, cy, 60 + layer)) * size
  const dy = y - (cy + hash(cx, cy, 70 + layer)) * size
  const distance = dx * dx + dy * dy
  if (distance > 500) return BLACK
  const power = hash(cx, cy, 80 + layer) ** (4 - layer)
  const radius = 0.55 + layer * 0.3 + power * 0.45
  const point = Math.exp(-distance / (radius * radius * 2)) * (0.16 + power * (0.5 + layer * 0.4))
  const halo = layer === 2 ? Math.exp(-Math.sqrt(distance) / 3.6) * power * 0.24 : 0
  const tint = mix(hex('aac4ff'), hex('ffe0bd'), hash(cx, cy, 90 + layer) ** 1.6)
  return scale(tint, point + halo)
}

type Dune = { base: number; height: number; breadth: number; shift: number; light: Colour; dark: Colour; haze: number }

const DUNES: readonly Dune[] = [
  { base: 0.765, height: 0.028, breadth: 3.3, shift: 4, light: hex('a8808a'), dark: hex('584f74'), haze: 0.5 },
  { base: 0.805, height: 0.05, breadth: 2.1, shift: 11, light: hex('a17880'), dark: hex('3d3b62'), haze: 0.26 },
  { base: 0.865, height: 0.075, breadth: 1.35, shift: 23.4, light: hex('91707c'), dark: hex('272c50'), haze: 0.1 },
  { base: 0.97, height: 0.1, breadth: 0.85, shift: 31.7, light: hex('6f5f76'), dark: hex('161b38'), haze: 0 },
]

/** The crest of each dune by column, and the line down its face that parts light from shadow. */
const CRESTS = DUNES.map(({ base, height, breadth, shift }) =>
  Float64Array.from({ length: WIDTH }, (_, x) => {
    const a = (x / WIDTH) * breadth + shift
    const swell = 1 - Math.abs(noise(a * 1.3, 0.5)) * 1.9 + noise(a * 0.6, 3) * 0.5
    return HEIGHT * (base - height * swell)
  }),
)

/** Sand: the side to the moon is bright up to a sharp crease, ripples run across, the foot lies in haze. */
function sandAt(dune: Dune, index: number, x: number, y: number): Colour {
  const crest = CRESTS[index] as Float64Array
  const depth = (y - (crest[x] as number)) / HEIGHT
  const lean = (crest[Math.min(WIDTH - 1, x + 3)] as number) - (crest[Math.max(0, x - 3)] as number)
  const a = (x / WIDTH) * dune.breadth + dune.shift
  const crease = noise(a * 1.3 + depth * 5 + fbm(a * 3, depth * 12, 3) * 0.12, 0.5 + depth * 1.4)
  const facing = ramp(-0.03, 0.035, crease) * 0.75 + clamp(0.12 - lean * 0.03) * 0.4
  const near = (index + 1) / DUNES.length
  const wind = fbm(a * 4, depth * 9, 3) * 2.2
  const ripples = Math.sin((depth * 210 + a * 26 + wind * 3.2) / (0.45 + near)) * 0.05 * near * ramp(0.001, 0.03, depth)
  const body = mix(dune.dark, dune.light, clamp(facing + ripples + fbm(a * 30, depth * 60, 3) * 0.05))
  const rim = screen(body, hex('ffd9c4'), ramp(0.0035, 0, depth) * 0.22 * (0.4 + facing))
  return mix(rim, hex('b98a86'), dune.haze * ramp(0, 0.06, depth) * 0.7)
}

const TENT = { x: 0.655 * WIDTH, y: 0.868 * HEIGHT, half: 56, height: 66 }

/** A small tent, lit from inside. */
function tentAt(x: number, y: number): { colour: Colour; cover: number } {
  const [dx, up] = [x - TENT.x, (TENT.y - y) / TENT.height]
  const half = TENT.half * (1 - up) ** 1.12
  const cover = up < 0 || up > 1 ? 0 : clamp(half - Math.abs(dx) + 0.5)
  if (cover === 0) return { colour: BLACK, cover }
  const lamp = Math.exp(-Math.hypot(dx - 4, (up - 0.22) * TENT.height) / 24)
  const seam = Math.min(Math.abs(dx - 14 * (1 - up)), Math.abs(dx + 30 * (1 - up)))
  const cloth = mix(hex('a8481f'), hex('ffdf94'), clamp(lamp * 1.5))
  return { colour: scale(cloth, seam < 1.1 ? 0.55 : 1), cover }
}

function pointAt(x: number, y: number): Colour {
  const [a, v] = place(x, y)
  let colour = v < 0.82 ? skyAt(x, y) : SKY_FOOT
  for (const [index, dune] of DUNES.entries()) {
    if (index === 3) {
      const tent = tentAt(x, y)
      colour = mix(colour, tent.colour, tent.cover)
    }
    const cover = clamp(y - ((CRESTS[index] as Float64Array)[x] as number) + 0.5)
    if (cover > 0) colour = mix(colour, sandAt(dune, index, x, y), cover)
  }
  const lamp = Math.hypot(x - TENT.x, (y - TENT.y) * 1.8) / HEIGHT
  const ground = 0.35 + 0.65 * ramp(0.83, 0.862, v)
  const warm = screen(colour, hex('ff9a4a'), (Math.exp(-lamp * 26) * 0.42 + Math.exp(-lamp * 9) * 0.1) * ground)
  return screen(warm, hex('ffb58e'), Math.exp(-(((v - 0.775) / 0.06) ** 2) - (a * 2.2) ** 2) * 0.2)
}

const SKY_FOOT: Colour = hex('c98d78')

export const desert = (): Sharp => photograph(WIDTH, HEIGHT, { grain: 5, vignette: 0.3, seed: 517 }, pointAt)
