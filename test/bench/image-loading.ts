/** What the first image costs before anything is rendered: fresh processes, in turns with one that loads sharp alone. */
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ROOT } from '../../base/root.ts'
import type { ImageSite } from './image-site.ts'
import { inTurns, median, ratioOf } from './measure.ts'

/** Prints milliseconds of the wall clock and of CPU: only the latter leave out what else a busy machine does. */
const CLOCK = `
const [start, before] = [process.hrtime.bigint(), process.cpuUsage()]
const print = () => {
  const { user, system } = process.cpuUsage(before)
  console.log(JSON.stringify({ wall: Number(process.hrtime.bigint() - start) / 1e6, cpu: (user + system) / 1e3 }))
}
`

const SHARP = `${CLOCK}
require(process.argv[2])
print()
`

/** The source is no image: everything is loaded and read, and nothing is rendered. */
const FIRST_IMAGE = `${CLOCK}
const { transform } = require(process.argv[2])
transform(JSON.parse(process.argv[3])).then(({ reason, detail }) => {
  if (reason !== 'unsupported') throw new Error(reason + ': ' + detail)
  print()
})
`

type Times = { wall: number; cpu: number }

export type Loading = { sharp: Times; firstImage: Times; ratio: Times }

/** @param turns of fresh processes @returns milliseconds, medians, and the medians of the ratios */
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
    if (printed === '') throw new Error(`${name}: ${said}`)
    return JSON.parse(printed) as Times
  }
  const { sharp, firstImage } = await inTurns(
    {
      sharp: () => timed('sharp', SHARP, join(ROOT, 'node_modules/sharp')),
      firstImage: () => timed('first-image', FIRST_IMAGE, join(site.lambda, 'transform.js'), JSON.stringify(job)),
    },
    turns,
  )
  const both = (of: (pick: (times: Times) => number) => number): Times => ({
    wall: of(({ wall }) => wall),
    cpu: of(({ cpu }) => cpu),
  })
  return {
    sharp: both((pick) => median(sharp.map(pick))),
    firstImage: both((pick) => median(firstImage.map(pick))),
    ratio: both((pick) => ratioOf(firstImage.map(pick), sharp.map(pick))),
  }
}
