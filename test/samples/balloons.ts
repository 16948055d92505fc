/** Seven balloons that one can see through, on nothing: colour and alpha. */
import sharp, { type Sharp } from 'sharp'
import { type Colour, clamp, hex, mix, ramp, scale } from './canvas.ts'

const SIZE = 1200

type Balloon = { x: number; y: number; radius: number; tilt: number; colour: Colour; deep: Colour }

/** The farthest first; places and sizes as parts of the picture's side, tilts in radians. */
const BALLOONS: readonly Balloon[] = [
  { x: 0.5, y: 0.19, radius: 0.115, tilt: 0.02, colour: hex('f6c453'), deep: hex('c9821c') },
  { x: 0.275, y: 0.285, radius: 0.128, tilt: -0.24, colour: hex('5fb7a5'), deep: hex('1f6f66') },
  { x: 0.735, y: 0.27, radius: 0.13, tilt: 0.25, colour: hex('8d7fd6'), deep: hex('4a3a96') },
  { x: 0.19, y: 0.475, radius: 0.118, tilt: -0.36, colour: hex('f09a6b'), deep: hex('b4532a') },
  { x: 0.815, y: 0.47, radius: 0.12, tilt: 0.37, colour: hex('6aa9e0'), deep: hex('23609c') },
  { x: 0.405, y: 0.43, radius: 0.14, tilt: -0.11, colour: hex('ef6f7f'), deep: hex('a92b48') },
  { x: 0.61, y: 0.445, radius: 0.135, tilt: 0.13, colour: hex('fbe3b0'), deep: hex('cf9f58') },
]

/** Where the strings meet. */
const HAND = { x: 0.5, y: 0.955 }

type Paint = { colour: Colour; alpha: number }

/** A balloon around (0, 0), its radius 1, its knot below: rounder at the top than towards the knot. */
function balloonAt(a: number, b: number, pixel: number, { colour, deep }: Balloon): Paint | undefined {
  if (b > 1.2 && b < 1.42) return knotAt(a, b, pixel, deep)
  const taper = b > 0 ? 1 - 0.16 * b * b : 1
  const distance = Math.hypot(a / taper, b / 1.2)
  const cover = clamp((1 - distance) / pixel + 0.5)
  if (cover === 0) return undefined
  const facing = Math.sqrt(Math.max(0, 1 - distance * distance))
  const lit = clamp(0.62 + 0.5 * (-0.52 * a - 0.5 * (b / 1.2) + 0.35 * facing))
  const through = ramp(1.05, 0.15, Math.hypot(a - 0.36, b - 0.56)) * 0.5
  const rim = ramp(0.55, 0, facing)
  const body = mix(mix(deep, colour, lit), scale(colour, 1.15), through)
  const edged = mix(body, scale(deep, 0.85), rim * 0.55)
  const window = windowAt(a, b)
  const bounce = ramp(0.2, 0, Math.abs(distance - 0.89)) * ramp(0.2, 0.9, (a + b) / 1.5) * 0.3
  const shine = clamp(window + bounce)
  const alpha = cover * clamp(0.66 + 0.3 * rim + 0.5 * shine - 0.08 * through)
  return { colour: mix(edged, hex('fffdf8'), shine), alpha }
}

/** A window mirrored in the rubber, and a glint. */
function windowAt(a: number, b: number): number {
  const [x, y] = [(a + 0.42) * 0.9 - (b + 0.5) * 0.42, (b + 0.5) * 0.82 + (a + 0.42) * 0.5]
  const soft = ramp(0.245, 0.1, Math.hypot(x * 1.6, y * 0.82))
  const glint = ramp(0.07, 0.02, Math.hypot(a + 0.16, b + 0.86))
  return soft * 0.82 + glint * 0.6
}

function knotAt(a: number, b: number, pixel: number, deep: Colour): Paint | undefined {
  const t = (b - 1.2) / 0.2
  const half = 0.035 + 0.1 * t * t
  const cover = clamp((half - Math.abs(a)) / pixel + 0.5) * clamp((1.4 - b) / pixel)
  return cover > 0 ? { colour: scale(deep, 0.8 + a * -2), alpha: cover * 0.94 } : undefined
}

/** A string hangs from its knot in a slight curve and ends in the hand of nobody. */
function stringCover(u: number, v: number, { x, y, radius, tilt }: Balloon): number {
  const [topX, topY] = [x - Math.sin(tilt) * radius * 1.38, y + Math.cos(tilt) * radius * 1.38]
  const end = HAND.y + (x - 0.5) * 0.02
  if (v < topY || v > end) return 0
  const t = (v - topY) / (end - topY)
  const bow = Math.sin(t * Math.PI) * (x - 0.5) * 0.12
  const at = topX + (HAND.x - topX) * t ** 0.85 - bow * (1 - t)
  const lean = Math.abs((HAND.x - topX) / (end - topY)) * 0.9
  return clamp((0.00135 * Math.hypot(1, lean) - Math.abs(u - at)) * SIZE + 0.5)
}

/** `top` over `below`, neither multiplied by its alpha. */
function over(top: Paint, below: Paint): Paint {
  const alpha = top.alpha + below.alpha * (1 - top.alpha)
  return alpha === 0 ? below : { colour: mix(below.colour, top.colour, top.alpha / alpha), alpha }
}

function pointAt(u: number, v: number): Paint {
  let paint: Paint = { colour: hex('8c8578'), alpha: 0 }
  for (const balloon of BALLOONS)
    paint = over({ colour: hex('8c8578'), alpha: stringCover(u, v, balloon) * 0.9 }, paint)
  for (const balloon of BALLOONS) {
    const [c, s] = [Math.cos(balloon.tilt), Math.sin(balloon.tilt)]
    const [dx, dy] = [(u - balloon.x) / balloon.radius, (v - balloon.y) / balloon.radius]
    const top = balloonAt(dx * c + dy * s, dy * c - dx * s, 1 / (balloon.radius * SIZE), balloon)
    if (top) paint = over(top, paint)
  }
  return paint
}

export function balloons(): Sharp {
  const pixels = new Uint8ClampedArray(SIZE * SIZE * 4)
  for (let y = 0, at = 0; y < SIZE; y += 1) {
    for (let x = 0; x < SIZE; x += 1, at += 4) {
      const { colour, alpha } = pointAt(x / SIZE, y / SIZE)
      if (alpha === 0) continue
      for (const channel of [0, 1, 2] as const) pixels[at + channel] = colour[channel] * 255
      pixels[at + 3] = alpha * 255
    }
  }
  return sharp(pixels, { raw: { width: SIZE, height: SIZE, channels: 4 } })
}
