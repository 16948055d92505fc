/** What pages show until a picture is there, made when it is published: the same that the edge makes of `fm=preview` and `fm=json`. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pMap from 'p-map'
import { InputError } from '../../base/errors.ts'
import type { PreviewFormat } from '../../edge/variant.ts'
import type { Task } from '../../origin-response/plan.ts'
import type { Compared } from './publish.ts'

export type Preview = {
  /** Pixels, upright. */
  width: number
  height: number
  /** The most frequent one: `#rrggbb`. */
  color: string
  /** A WebP 16 pixels wide, as a data URL. */
  preview: string
}

/** By the path in the folder; pictures alone. */
export type Previews = ReadonlyMap<string, Preview>

/** libvips has threads of its own. */
const AT_ONCE = 2

/** Bytes: as much as the edge reads by default, and what it decodes. */
const MOST_BYTES = 25 * 1024 * 1024
const room = () => ({ most: 2_048, isLess: false })
const TASK: Task = {
  variant: {},
  rule: {
    ...{ formats: [], requestable: [], widths: [16], ratios: null, hasParts: false, qualities: [20], quality: 20 },
  },
  limit: { maxInputBytes: MOST_BYTES, maxInputPixels: 50_000_000, budget: 0 },
  memory: 4_096,
  time: 60_000,
  pace: 1,
}

export type PreviewMaker = (files: readonly Compared[], folder: string, signal: AbortSignal) => Promise<Previews>

/** @throws InputError where sharp is not installed */
export async function previewMaker(): Promise<PreviewMaker> {
  const [renderer, { describe, previewPlan }, { openSource }] = await Promise.all([
    import('../../origin-response/render.ts'),
    import('../../origin-response/preview.ts'),
    import('../../origin-response/open-source.ts'),
  ]).catch((cause) => {
    throw new InputError(
      `--previews: expected the package sharp, found none that loads: npm install --save-dev sharp (${cause.message})`,
      {
        code: 'package-missing',
        expected: 'the package sharp',
        found: 'none',
        cause,
      },
    )
  })

  async function previewOf(file: string): Promise<Preview | undefined> {
    const bytes = await readFile(file)
    // HEIC where libheif-js is installed as well.
    const source = await openSource(bytes, { renderer, limit: { heic: true }, room, time: TASK.time })
    if (source.kind === 'original') return undefined
    const { facts } = source
    const read = facts.width * facts.height > TASK.limit.maxInputPixels ? undefined : await source.read(TASK.time)
    await source.close()
    if (read?.kind !== 'readable') return undefined
    const made = async (format: PreviewFormat) => {
      const plan = previewPlan(format, facts, bytes.length, TASK)
      if (plan.kind === 'original') return undefined
      return (await renderer.render(read.bytes, plan.settings, TASK.limit.maxInputPixels, TASK.time)).bytes
    }
    const [picture, points] = [await made('preview'), await made('json')]
    if (!picture || !points) return undefined
    const { width, height, color } = JSON.parse(
      describe('json', facts, bytes.length, await renderer.pointsOf(points)).bytes.toString(),
    )
    return { width, height, color, preview: `data:image/webp;base64,${picture.toString('base64')}` }
  }

  return async (files, folder, signal) => {
    const pictures = files.filter(({ wanted }) => /^image\//.test(wanted.contentType) && wanted.bytes <= MOST_BYTES)
    // What can't be decoded is published all the same.
    const made = await pMap(
      pictures,
      async ({ path }) => [path, await previewOf(join(folder, path)).catch(() => undefined)] as const,
      { concurrency: AT_ONCE, signal },
    )
    return new Map(made.flatMap(([path, preview]) => (preview ? [[path, preview] as const] : [])))
  }
}
