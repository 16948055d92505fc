/**
 * How far a picture looks from another: 0 is the same, more is worse. Two tools of Debian's where they are installed,
 * as they hold to what people see better than SSIM does; else SSIM, from npm.
 */
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { ssim } from 'ssim.js'

export type Measure = {
  name: string
  /** Of two PNG files of one size. */
  distance: (reference: string, candidate: string) => Promise<number>
}

const run = promisify(execFile)

type Tool = { name: string; command: string; result: RegExp }

/** Both print a number for two files. butteraugli's first one is the worst spot alone; the norm weighs all of them. */
const TOOLS: readonly Tool[] = [
  { name: 'butteraugli', command: 'butteraugli_main', result: /^3-norm: ([\d.]+)$/m },
  { name: 'SSIMULACRA', command: 'ssimulacra_main', result: /^([\d.]+)$/m },
]

const measureOf = ({ name, command, result }: Tool): Measure => ({
  name,
  distance: async (reference, candidate) => {
    const { stdout } = await run(command, [reference, candidate])
    const number = result.exec(stdout)?.[1]
    if (number === undefined) throw new Error(`${command}: expected a number, found ${JSON.stringify(stdout)}`)
    return Number(number)
  },
})

const SSIM: Measure = {
  name: '1 − SSIM',
  distance: async (reference, candidate) => 1 - ssim(await pixelsOf(reference), await pixelsOf(candidate)).mssim,
}

async function pixelsOf(file: string) {
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return { data: new Uint8ClampedArray(data), width: info.width, height: info.height }
}

/** @returns the measures there are, best first, and a note to the reader where a better one is missing */
export function availableMeasures(): { measures: Measure[]; note?: string } {
  const missing = TOOLS.filter(({ command }) => spawnSync(command, ['--help'], { stdio: 'ignore' }).error)
  const measures = TOOLS.filter((tool) => !missing.includes(tool)).map(measureOf)
  if (missing.length === 0) return { measures }
  const names = missing.map(({ command }) => command).join(' and ')
  const note = `${names} missing (apt-get install libjxl-devtools)`
  if (measures.length > 0) return { measures, note }
  return { measures: [SSIM], note: `${note}; SSIM instead` }
}
