/** Peak memory of a process that makes one rendition, and of one that makes many. */
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { at } from '../../base/json-values.ts'
import { openLambda } from '../../local/host/functions/lambda.ts'
import { originResponseEvent } from '../contract/events.ts'
import type { ImageSite } from './image-site.ts'
import { median } from './measure.ts'

/** Runs the events one after the other; prints what came of them, and its memory after each, in MB. */
const CALLS = `
const { readFileSync } = require('node:fs')
const { handler } = require(process.argv[2])
const events = JSON.parse(readFileSync(process.argv[3]))
const times = Number(process.argv[4])
const write = process.stdout.write.bind(process.stdout)
let line = ''
process.stdout.write = (text) => ((line = text), true)
const context = { memoryLimitInMB: process.argv[5], getRemainingTimeInMillis: () => 30_000 }
;(async () => {
  const [results, resident, all] = [[], [], {}]
  for (let i = 0; i < times; i += 1) {
    const response = await handler(structuredClone(events[i % events.length]), context)
    const said = response.headers['x-rimlight'][0].value
    results[i % events.length] = said
    // Why in words, without the numbers, where another attempt would not come to the same.
    const why = /deadline|disabled/.test(said) ? \`: \${JSON.parse(line).Detail.replace(/\\d+/g, 'N')}\` : ''
    const kind = said.startsWith('original') ? said + why : said.split(';')[0]
    all[kind] = (all[kind] ?? 0) + 1
    resident.push(process.memoryUsage.rss() / 2 ** 20)
    if (times >= 1000 && (i + 1) % Math.floor(times / 100) === 0) {
      const disabled = Object.entries(all).reduce((sum, [kind, count]) => sum + (kind.includes('disabled') ? count : 0), 0)
      process.stderr.write(\`\${i + 1} of \${times}: \${Math.round(resident.at(-1))} MB, \${disabled} disabled\\n\`)
    }
  }
  // Not \`resourceUsage\`: what that tells begins with the memory of whoever started this process.
  const peak = /^VmHWM:\\s*(\\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1] / 1024
  write(JSON.stringify({ results, resident, peak, all }))
})()
`

/** MB that keep nothing from being made. */
const AMPLE = 10_240

type Calls = { results: string[]; resident: number[]; peak: number; all: Record<string, number> }

async function calls(site: ImageSite, events: readonly object[], times: number, memory: number): Promise<Calls> {
  const [script, file] = [join(site.folder, 'calls.cjs'), join(site.folder, 'events.json')]
  await writeFile(script, CALLS)
  await writeFile(file, JSON.stringify(events))
  const args = [script, join(site.lambda, 'index.js'), file, `${times}`, `${memory}`]
  const child = spawn(process.execPath, args, { env: { ...process.env, ...site.env } })
  // Thousands of calls take an hour: they report their progress here.
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (part) => {
    said += part
    process.stderr.write(part)
  })
  const printed = await text(child.stdout)
  if (printed === '') throw new Error(said)
  return JSON.parse(printed)
}

/** The `ETag` is that of all objects of an image site. */
const eventFor = (key: string, variant: string) =>
  originResponseEvent({ route: 0, uri: `/${key}`, variant, headers: { 'Content-Length': null, ETag: '"bench"' } })

/** MB at most of a process that makes one rendition. */
export const peakOf = async (site: ImageSite, key: string, variant: string): Promise<number> =>
  (await calls(site, [eventFor(key, variant)], 1, AMPLE)).peak

export type Peak = { key: string; variant: string; result: string; megabytes: number; in512: string }

/** `in512`: what the same gives in a process that is killed above 512 MB. */
export async function measurePeak(site: ImageSite, key: string, variant: string): Promise<Peak> {
  const event = eventFor(key, variant)
  const { results, peak } = await calls(site, [event], 1, AMPLE)
  const lambda = await openLambda({ zip: site.zip, artefact: { ...site.artefact, memory: 512 }, env: site.env })
  const outcome = await lambda.invoke(event)
  await lambda.close()
  const found = outcome.kind === 'returned' ? at(outcome.value, 'headers', 'x-rimlight', 0, 'value') : outcome.reason
  return { key, variant, result: results[0] ?? '', megabytes: peak, in512: String(found) }
}

export type Soak = {
  transforms: number
  /** MB that the function is told it has. */
  memory: number
  /** Resident MB by tenths of the transforms: medians of twenty calls, as memory comes and goes. */
  resident: number[]
  peak: number
  /** How often each answer came, without its size and quality. */
  answers: Record<string, number>
}

/** @param memory MB that the function is told it has */
export async function measureSoak(
  site: ImageSite,
  keys: readonly string[],
  transforms: number,
  memory: number,
): Promise<Soak> {
  const variants = [
    ...['fm=webp&w=640', 'fm=webp&q=50&w=1080', 'w=384', 'fit=crop&fm=webp&h=640&w=640', 'fm=avif&w=256', 'fm=webp'],
    ...['crop=attention&fit=crop&fm=jpg&h=256&w=384', 'fm=common&w=750', 'fm=png&w=128'],
    ...['bg=1e90ff&fm=webp&w=384', 'blur=20&fm=webp&w=750', 'crop=64,64,384&fit=crop&fm=webp&h=256&w=384'],
    ...['fm=json', 'fm=preview', 'fm=thumbhash'],
  ]
  const events = keys.flatMap((key) => variants.map((variant) => eventFor(key, variant)))
  const { resident, peak, all } = await calls(site, events, transforms, memory)
  const around = (end: number) => Math.round(median(resident.slice(Math.max(0, end - 20), end)))
  const tenths = Array.from({ length: 10 }, (_, i) => around(Math.ceil((transforms * (i + 1)) / 10)))
  return { transforms, memory, resident: tenths, peak: Math.round(peak), answers: all }
}
