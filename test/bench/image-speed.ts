/** Event in, response out, warm: against sharp alone and against ipx, each in a process of its own, in turns. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ImageSite } from './image-site.ts'
import { inTurns, median, ratioOf } from './measure.ts'

type Figures = { cpu: number; wall: number; bytes: number }

const NAMES = ['ours', 'sharp', 'ipx'] as const
type Name = (typeof NAMES)[number]

/** Calls that do not count: code is compiled, connections are opened. */
const WARM_UP = 10

export type Speed = {
  /** Medians; milliseconds. */
  figures: Record<Name, Figures>
  /** Medians of the ratios. */
  cpuOfSharp: number
  wallOfIpx: number
  cpuOfIpx: number
}

export async function measureSpeed(site: ImageSite, key: string, turns: number): Promise<Speed> {
  const subjects = {} as Record<Name, ChildProcess>
  try {
    for (const name of NAMES) subjects[name] = await started(site, key, name)
    const call = (name: Name) => async () => {
      subjects[name].send('go')
      return (await once(subjects[name], 'message'))[0] as Figures
    }
    const calls = { ours: call('ours'), sharp: call('sharp'), ipx: call('ipx') }
    await inTurns(calls, WARM_UP)
    const found = await inTurns(calls, turns)
    const all = (name: Name, what: keyof Figures) => found[name].map((figures) => figures[what])
    const medians = (name: Name) => ({
      cpu: median(all(name, 'cpu')),
      wall: median(all(name, 'wall')),
      bytes: median(all(name, 'bytes')),
    })
    return {
      figures: { ours: medians('ours'), sharp: medians('sharp'), ipx: medians('ipx') },
      cpuOfSharp: ratioOf(all('ours', 'cpu'), all('sharp', 'cpu')),
      wallOfIpx: ratioOf(all('ours', 'wall'), all('ipx', 'wall')),
      cpuOfIpx: ratioOf(all('ours', 'cpu'), all('ipx', 'cpu')),
    }
  } finally {
    for (const child of Object.values(subjects)) child.disconnect()
  }
}

async function started({ folder, bucket, lambda, env }: ImageSite, key: string, name: Name): Promise<ChildProcess> {
  const script = join(import.meta.dirname, 'image-subject.ts')
  const child = fork(script, [name, join(folder, key), bucket, key, lambda], { env: { ...process.env, ...env } })
  const failed = once(child, 'exit').then(() => Promise.reject(new Error(`${name} ended before it was ready`)))
  await Promise.race([once(child, 'message'), failed])
  failed.catch(() => {})
  return child
}
