/** What the first image costs before anything is rendered: fresh processes, in turns with one that loads sharp alone. */
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ROOT } from '../../base/root.ts'
import type { ImageSite } from './image-site.ts'
import { inTurns, median, ratioOf } from './measure.ts'

/** Prints milliseconds. */
const SHARP = `
const start = process.hrtime.bigint()
require(process.argv[2])
console.log(Number(process.hrtime.bigint() - start) / 1e6)
`

/** The source is no image: everything is loaded and read, and nothing is rendered. */
const FIRST_IMAGE = `
const start = process.hrtime.bigint()
const { transform } = require(process.argv[2])
transform(JSON.parse(process.argv[3])).then(({ reason, detail }) => {
  if (reason !== 'unsupported') throw new Error(reason + ': ' + detail)
  console.log(Number(process.hrtime.bigint() - start) / 1e6)
})
`

export type Loading = { sharp: number; firstImage: number; ratio: number }

/** @param turns of fresh processes @returns milliseconds, medians, and the median of the ratios */
export async function measureLoading(site: ImageSite, turns: number): Promise<Loading> {
  await site.put('no-image', Buffer.from('text'))
  const job = {
    source: { bucket: site.bucket, region: site.env.AWS_REGION, key: 'no-image', etag: '"bench"' },
    variant: { fm: 'webp' },
    limit: { maxInputBytes: 1e6, maxInputPixels: 1e6, budget: 700 },
    rule: {},
    budget: 1e6,
    memory: 512,
    deadline: 20_000,
  }
  const timed = async (name: string, script: string, ...args: string[]) => {
    const file = join(site.folder, `${name}.cjs`)
    await writeFile(file, script)
    const child = spawn(process.execPath, [file, ...args], { env: { ...process.env, ...site.env } })
    const [printed, said] = await Promise.all([text(child.stdout), text(child.stderr)])
    if (!Number(printed)) throw new Error(`${name}: ${said}`)
    return Number(printed)
  }
  const { sharp, firstImage } = await inTurns(
    {
      sharp: () => timed('sharp', SHARP, join(ROOT, 'node_modules/sharp')),
      firstImage: () => timed('first-image', FIRST_IMAGE, join(site.lambda, 'transform.js'), JSON.stringify(job)),
    },
    turns,
  )
  return { sharp: median(sharp), firstImage: median(firstImage), ratio: ratioOf(firstImage, sharp) }
}
