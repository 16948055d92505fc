/** A paper boat by moonlight: a loop of flat shapes in a few colours. */
import sharp, { type Sharp } from 'sharp'
import { hash } from './noise.ts'

const WIDTH = 400
const HEIGHT = 300
const FRAMES = 24
const FRAME_MILLISECONDS = 90

type Wave = { level: number; height: number; length: number; laps: number; colour: string }

/** Behind the boat and before it. `laps`: how many of its lengths a wave moves in one loop. */
const FAR: readonly Wave[] = [
  { level: 192, height: 3, length: 100, laps: -1, colour: '#3d5f94' },
  { level: 204, height: 5, length: 133.4, laps: 1, colour: '#2f4f85' },
]
const NEAR: readonly Wave[] = [
  { level: 223, height: 7, length: 200, laps: -1, colour: '#234174' },
  { level: 246, height: 8, length: 133.4, laps: 1, colour: '#193161' },
  { level: 271, height: 8, length: 200, laps: -1, colour: '#11244c' },
]

const turn = (t: number, laps = 1): number => t * laps * 2 * Math.PI
const heightAt = ({ level, height, length, laps }: Wave, x: number, t: number): number =>
  level + height * Math.sin((x / length) * 2 * Math.PI - turn(t, laps))

function waveSvg(wave: Wave, t: number): string {
  const points = Array.from({ length: WIDTH / 8 + 1 }, (_, i) => `${i * 8} ${heightAt(wave, i * 8, t).toFixed(1)}`)
  return `<path fill="${wave.colour}" d="M${points.join('L')}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z"/>`
}

/** Rides the first of the near waves, a little behind its slope. */
function boatSvg(t: number): string {
  const wave = NEAR[0] as Wave
  const x = 196
  const y = heightAt(wave, x, t) + 2
  const slope = Math.atan2(heightAt(wave, x + 24, t) - heightAt(wave, x - 24, t), 48)
  const tilt = (slope * 180) / Math.PI + 3 * Math.sin(turn(t) + 1)
  return `<g transform="translate(${x} ${y.toFixed(2)}) rotate(${tilt.toFixed(2)})">
    <path fill="#f7efe0" d="M0 -66L34 -20L0 -20Z"/><path fill="#d9cdb8" d="M0 -66L-34 -20L0 -20Z"/>
    <path fill="#efe4d0" d="M-66 -32L-40 4L0 4L0 -20Z"/><path fill="#fffaf0" d="M66 -32L40 4L0 4L0 -20Z"/>
    <path fill="#cbbda5" d="M-40 4L0 4L0 -20Z"/><path fill="#ddd0ba" d="M40 4L0 4L0 -20Z"/>
    <path fill="#e4574c" d="M0 -88L20 -81L0 -74Z"/><path stroke="#8a6f52" stroke-width="2" d="M0 -88L0 -64"/></g>`
}

function starsSvg(t: number): string {
  const stars = Array.from({ length: 30 }, (_, i) => {
    const [x, y] = [hash(i, 1, 4) * WIDTH, hash(i, 2, 4) * 150]
    const light = 0.55 + 0.45 * Math.sin(turn(t, 1 + (i % 2)) + i * 2.4)
    const radius = 0.6 + hash(i, 3, 4) * 0.9
    return Math.hypot(x - 312, y - 66) < 46
      ? ''
      : `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius.toFixed(2)}" fill="#fff4d6" opacity="${light.toFixed(2)}"/>`
  })
  return stars.join('')
}

/** The moon's light on the water: dashes that swell and shrink. */
function glitterSvg(t: number): string {
  return Array.from({ length: 9 }, (_, i) => {
    const half = (5 + i * 1.6) * (0.7 + 0.3 * Math.sin(turn(t, 2) + i * 2.1))
    const [x, y] = [312 + 5 * Math.sin(i * 2.7 + turn(t)), 196 + i * 3.1]
    return `<path stroke="#ffe7a3" stroke-width="1.6" stroke-linecap="round" opacity="${(0.85 - i * 0.07).toFixed(2)}" d="M${(x - half).toFixed(1)} ${y.toFixed(1)}H${(x + half).toFixed(1)}"/>`
  }).join('')
}

const SKY = `<linearGradient id="sky" x2="0" y2="1"><stop offset="0" stop-color="#131c46"/><stop offset=".45" stop-color="#33427e"/>
  <stop offset=".68" stop-color="#8a6c9c"/></linearGradient>
  <radialGradient id="glow"><stop offset=".3" stop-color="#ffe9b0" stop-opacity=".5"/><stop offset="1" stop-color="#ffe9b0" stop-opacity="0"/></radialGradient>`

const frameSvg = (t: number): string => `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">
  <defs>${SKY}</defs><rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/>${starsSvg(t)}
  <circle cx="312" cy="66" r="64" fill="url(#glow)"/><circle cx="312" cy="66" r="26" fill="#ffefc4"/>
  <circle cx="303" cy="60" r="5" fill="#f3dca4"/><circle cx="320" cy="74" r="3.4" fill="#f3dca4"/><circle cx="318" cy="55" r="2.4" fill="#f3dca4"/>
  ${FAR.map((wave) => waveSvg(wave, t)).join('')}${glitterSvg(t)}${boatSvg(t)}${NEAR.map((wave) => waveSvg(wave, t)).join('')}</svg>`

export async function boat(): Promise<Sharp> {
  const svgs = Array.from({ length: FRAMES }, (_, frame) => Buffer.from(frameSvg(frame / FRAMES)))
  const frames = await Promise.all(svgs.map((svg) => sharp(svg).png().toBuffer()))
  const delay = frames.map(() => FRAME_MILLISECONDS)
  return sharp(frames, { join: { animated: true } }).gif({ loop: 0, delay, colours: 64, dither: 0.6, effort: 10 })
}
