/**
 * What a rendition will cost, told before it is decoded: time, so that the answer is there before the
 * deadline, and memory, because a process that runs out of it dies, and its answer with it.
 *
 * The figures are of one core of a server of about 2020 with sharp 0.35.5, rounded up; docs/images.md has how they
 * were measured, and `npm run bench:images` holds the predictions against what happens.
 */
import type { Format, SourceFormat } from '../edge/formats.ts'
import { ONE_CPU_MB } from '../edge/limits.ts'
import type { Facts } from './facts.ts'
import type { Settings } from './settings.ts'

/** `time`: CPU milliseconds for a million pixels; `memory`: MB for a million pixels, which is bytes for one. */
type Cost = { time: number; memory: number }

const DECODE: Readonly<Record<SourceFormat, Cost>> = {
  jpg: { time: 5, memory: 0.5 },
  png: { time: 11, memory: 1 },
  webp: { time: 22, memory: 6 },
  gif: { time: 8, memory: 6 },
  tiff: { time: 11, memory: 8 },
  avif: { time: 46, memory: 20 },
  // In WebAssembly, and then read as a TIFF in strips.
  heic: { time: 140, memory: 16 },
}

/** Decoded whole before the first row is there: a JPEG's coefficients, in a dozen scans at most, or a PNG's passes. */
const DECODE_WHOLE: Cost = { time: 17, memory: 7 }
const USUAL_SCANS = 12

const RESIZE: Cost = { time: 4, memory: 0.5 }

/** Before the picture is as large as it is shown. */
const BLUR: Cost = { time: 40, memory: 4 }

/** Turned upright by EXIF: no row is ready before the last one is decoded. */
const TURN: Cost = { time: 2, memory: 4 }

const ENCODE: Readonly<Record<Exclude<Format, 'avif'>, Cost>> = {
  webp: { time: 115, memory: 10 },
  jpg: { time: 110, memory: 10 },
  png: { time: 120, memory: 8 },
  gif: { time: 480, memory: 20 },
  tiff: { time: 40, memory: 12 },
}

/** For each effort, from 0 on. The memory is that of every frame's planes, which stay to the end, in 4:4:4 at most. */
const ENCODE_AVIF: readonly Cost[] = [60, 170, 340, 640, 3_000].map((time) => ({ time, memory: 36 }))

export const AVIF_EFFORTS: readonly number[] = ENCODE_AVIF.map((_, effort) => effort)

/** How much slower a function's CPU may be than the one that was measured on, and how unlike the picture. */
export const MARGIN = 1.5

/** MB that Node, sharp and the S3 client take in a process that has done nothing yet. */
export const REST_MB = 100

/**
 * Rows that libvips keeps between the steps of a pipeline, of the source as it is stored: memory goes with the width of
 * a picture, not with its pixels alone.
 */
const ROWS_KEPT = 2_400

/** Bytes of a pixel that `memory` was measured with. */
const USUAL_PIXEL_BYTES = 3

/** Milliseconds of a function of `memory` MB. */
export const renderTime = (facts: Facts, settings: Settings, memory: number): number =>
  inFunction(sumOf('time', facts, settings), memory)

/** Milliseconds that encoding alone takes, in a function of `memory` MB. */
export const encodeTime = (settings: Settings, memory: number): number => inFunction(outputOf('time', settings), memory)

const inFunction = (cpu: number, memory: number): number => (MARGIN * cpu) / Math.min(1, memory / ONE_CPU_MB)

/** MB of a process that has done nothing yet. @param bytes of the source */
export const renderMemory = (facts: Facts, settings: Settings, bytes: number): number =>
  REST_MB + memoryFor(facts, settings, bytes)

/** MB that a rendition takes besides. The source is there twice: in pieces, as it came, and as a whole. */
export function memoryFor(facts: Facts, settings: Settings, bytes: number): number {
  const rowBytes = (facts.isTurned ? Math.max(facts.width, facts.height) : facts.width) * facts.pixelBytes
  const rows = Math.min(ROWS_KEPT, 2 * facts.height)
  return (2 * bytes + rowBytes * rows) / 1e6 + sumOf('memory', facts, settings)
}

function sumOf(what: keyof Cost, facts: Facts, settings: Settings): number {
  const input = [decodeCost(facts), RESIZE, ...(facts.isTurned ? [TURN] : [])].reduce(
    (sum, cost) => sum + cost[what],
    0,
  )
  return (settings.frames * facts.width * facts.height * input) / 1e6 + outputOf(what, settings)
}

const outputOf = (what: keyof Cost, settings: Settings): number =>
  (settings.frames *
    settings.width *
    settings.height *
    (encodeCost(settings)[what] + (settings.blur ? BLUR[what] : 0))) /
  1e6

function decodeCost({ format, isProgressive, scans, pixelBytes }: Facts): Cost {
  if (!isProgressive) return DECODE[format]
  return {
    time: DECODE_WHOLE.time * Math.max(1, scans / USUAL_SCANS),
    memory: DECODE_WHOLE.memory * Math.max(1, pixelBytes / USUAL_PIXEL_BYTES),
  }
}

const encodeCost = ({ format, effort }: Settings): Cost =>
  format === 'avif' ? (ENCODE_AVIF[effort] as Cost) : ENCODE[format]
