/** What `origin-response/cost.ts` predicts, held against what happens: time in this process, memory in fresh ones. */

import { isFormat } from '../../edge/formats.ts'
import { renderMemory, renderTime } from '../../origin-response/cost.ts'
import type { Facts } from '../../origin-response/facts.ts'
import { confine, inspect, render } from '../../origin-response/render.ts'
import type { Settings } from '../../origin-response/settings.ts'
import { peakOf } from './image-memory.ts'
import type { ImageSite } from './image-site.ts'
import { median } from './measure.ts'

/** Enough memory for a whole CPU. */
const WHOLE_CPU = 1_769

const TURNS = 3

export type Prediction = {
  source: string
  target: string
  /** CPU milliseconds. */
  predictedTime: number
  time: number
  /** MB. */
  predictedMemory: number
  memory: number
}

/** @param sources by key; in the bucket already */
export async function measurePredictions(
  site: ImageSite,
  sources: Readonly<Record<string, Buffer>>,
  targets: readonly string[],
): Promise<Prediction[]> {
  confine()
  const found: Prediction[] = []
  for (const [source, bytes] of Object.entries(sources)) {
    const inspected = await inspect(bytes)
    if (inspected.kind === 'original') throw new Error(`${source}: ${inspected.detail}`)
    for (const target of targets) {
      const settings = settingsFor(target, inspected.facts)
      found.push({
        source,
        target,
        predictedTime: renderTime(inspected.facts, settings, WHOLE_CPU),
        time: await timeOf(bytes, settings),
        predictedMemory: renderMemory(inspected.facts, settings, bytes.length),
        memory: await peakOf(site, source, target),
      })
    }
  }
  return found
}

/** `fm=webp&w=640`, as the plan would have it, but for AVIF's effort: the least. */
function settingsFor(target: string, facts: Facts): Settings {
  const { fm = '', w } = Object.fromEntries(new URLSearchParams(target))
  const width = Math.min(facts.width, Number(w))
  return {
    format: isFormat(fm) ? fm : 'jpg',
    width,
    height: Math.round((facts.height * width) / facts.width),
    cut: null,
    quality: 80,
    effort: 0,
    frames: facts.frames,
    isPalette: facts.isPalette,
    hasDeepProfile: facts.hasDeepProfile,
    colours: 256,
    isLossless: false,
  }
}

async function timeOf(bytes: Buffer, settings: Settings): Promise<number> {
  const times: number[] = []
  for (let turn = 0; turn < TURNS; turn += 1) {
    const before = process.cpuUsage()
    await render(bytes, settings, Number.MAX_SAFE_INTEGER, 60_000)
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1_000)
  }
  return median(times)
}
