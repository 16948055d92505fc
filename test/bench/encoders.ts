/** `npm run bench:encoders`: bytes at equal looks, and CPU, of encoder settings: ours, others' defaults, what was weighed. */
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { ROOT } from '../../base/root.ts'
import { confine } from '../../origin-response/render.ts'
import { autoRuns, autoTable } from './encoder-auto.ts'
import { BUDGET_SETTINGS, budgetTable, ladderOf } from './encoder-budget.ts'
import { plots } from './encoder-plots.ts'
import { cpuTimes, curvesOf, type Run } from './encoder-runs.ts'
import { AVIF_CHOICES, DEFAULTS, MOZJPEG, OUR_AVIF, OUR_WEBP, type Setting, WEBP_CHOICES } from './encoder-settings.ts'
import { avifTable, defaultsTable, mainSamples, qualityTable, type Results, webpTable } from './encoder-tables.ts'
import { availableMeasures, type Measure } from './perceptual.ts'
import { readSamples, type Sample } from './samples.ts'
import { markdown, records, type Table } from './table.ts'

const HELP = `Usage: npm run bench:encoders -- [--write] [--json] | --auto | --budgets

Measures encoder settings for WebP and AVIF: what ships, what ipx and next/image have by default, and what was weighed.
Prints tables of the bytes at equal looks and of the CPU beside them. Takes some ten minutes of CPU, on all cores at once.

Looks are told by butteraugli (3-norm) and SSIMULACRA, from Debian's libjxl-devtools; without them by SSIM.
The pictures are the project's own, and the Kodak photographs from $RIMLIGHT_CORPUS/photos/kodak, where that is set.

Options
  --auto   measure quality: 'auto' alone, in half a minute
  --budgets  measure images.budget alone: what AVIF takes of WebP's CPU over all widths of all pictures, and how many bytes
  --write  write the plots: docs/images/webp.svg, docs/images/avif.svg
  --json   print one JSON document: { pictures, measures, tables, settings }, each setting with its points and its CPU
           milliseconds; npm itself prints to stdout as well, unless it is called as npm run --silent bench:encoders
  --help   print this

All but the CPU figures are the same on every run with one sharp. Exit code: 0 measured; 2 wrong usage.
`

/** CPU is told as a ratio, which differs little from picture to picture. */
const TIMED = 3
/** On all pictures. */
const COMPARED: readonly Setting[] = [OUR_WEBP, ...OUR_AVIF, ...DEFAULTS]
/** What was only weighed is on the photographs alone, where there are some. */
const SETTINGS: readonly Setting[] = [...COMPARED, ...WEBP_CHOICES, ...AVIF_CHOICES, MOZJPEG]

const PLOTS = join(ROOT, 'docs', 'images')

const say = (text: string) => process.stderr.write(`${text}\n`)

async function read(folder: string) {
  const { measures, note } = availableMeasures()
  if (note !== undefined) say(note)
  const samples = await readSamples(folder, process.env.RIMLIGHT_CORPUS)
  return { measures, samples }
}

async function measureAuto(folder: string): Promise<Table> {
  const { measures, samples } = await read(folder)
  const names = measures.map(({ name }) => name)
  return autoTable(await autoRuns(samples, measures, folder), names)
}

async function measureBudgets(folder: string): Promise<Table> {
  const { measures, samples } = await read(folder)
  const all = await ladderOf(samples, folder)
  say(`${all.length} renditions: ${all.map(({ name }) => name).join(', ')}`)
  return budgetTable(await run(BUDGET_SETTINGS, all, measures, all, folder))
}

async function measure(folder: string): Promise<Results> {
  const { measures, samples } = await read(folder)
  const main = mainSamples(samples)
  say(`${samples.length} pictures: ${samples.map(({ name }) => name).join(', ')}`)
  const on = (setting: Setting) => (COMPARED.includes(setting) ? samples : main)
  return run(SETTINGS, samples, measures, main.slice(0, TIMED), folder, on)
}

/** @param timed the samples that CPU is measured on @param on the samples of a setting's curves */
async function run(
  settings: readonly Setting[],
  samples: readonly Sample[],
  measures: readonly Measure[],
  timed: readonly Sample[],
  folder: string,
  on: (setting: Setting) => readonly Sample[] = () => samples,
): Promise<Results> {
  const curves: Run['curves'][] = []
  for (const [at, setting] of settings.entries()) {
    say(`${at + 1}/${settings.length} ${setting.format}: ${setting.name}`)
    curves.push(await curvesOf(setting, on(setting), measures, folder))
  }
  say('CPU')
  const cpu = await cpuTimes(settings, timed)
  const runs = settings.map((setting, at) => {
    const run: Run = { curves: curves[at] ?? new Map(), cpu: cpu.get(setting) ?? new Map() }
    return [setting, run] as const
  })
  return { samples, measures: measures.map(({ name }) => name), runs: new Map(runs) }
}

const tablesOf = (results: Results) => [
  defaultsTable(results),
  webpTable(results),
  avifTable(results),
  qualityTable(results),
]

function report(results: Results): string {
  const { webp, aom, vips } = sharp.versions
  return [
    `sharp ${sharp.versions.sharp}, libvips ${vips}, libwebp ${webp}, libaom ${aom}; ${results.samples.length} pictures`,
    ...tablesOf(results).map(markdown),
    '',
  ].join('\n\n')
}

function json(results: Results): string {
  const { samples, measures, runs } = results
  const byName = <T>(values: ReadonlyMap<Sample, T>) =>
    Object.fromEntries([...values].map(([{ name }, value]) => [name, value]))
  const settings = [...runs].map(([{ name, format, typical }, { curves, cpu }]) => ({
    name,
    format,
    points: byName(curves),
    cpu: { quality: typical, milliseconds: byName(cpu) },
  }))
  const pictures = samples.map(({ name, set, width, height }) => ({ name, set, width, height }))
  const tables = tablesOf(results).map((table) => ({ title: table.title, rows: records(table) }))
  return `${JSON.stringify({ versions: sharp.versions, pictures, measures, tables, settings }, null, 2)}\n`
}

async function writePlots(results: Results): Promise<void> {
  await mkdir(PLOTS, { recursive: true })
  for (const [name, svg] of Object.entries(plots(results))) {
    await writeFile(join(PLOTS, name), svg)
    say(`written: ${relative(ROOT, join(PLOTS, name))}`)
  }
}

function readOptions() {
  try {
    const options = {
      auto: { type: 'boolean' },
      budgets: { type: 'boolean' },
      write: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    } as const
    return parseArgs({ options }).values
  } catch (error) {
    say(`${(error as Error).message}; \`npm run bench:encoders -- --help\` says how to use it`)
    process.exit(2)
  }
}

const options = readOptions()
if (options.help) {
  process.stdout.write(HELP)
  process.exit()
}
// One thread for each picture, as in the function.
confine()
const folder = await mkdtemp(join(tmpdir(), 'rimlight-bench-'))
// It takes long enough to be broken off.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    rmSync(folder, { recursive: true, force: true })
    process.exit(1)
  })
}
try {
  if (options.auto) process.stdout.write(`${markdown(await measureAuto(folder))}\n`)
  else if (options.budgets) process.stdout.write(`${markdown(await measureBudgets(folder))}\n`)
  else {
    const results = await measure(folder)
    process.stdout.write(options.json ? json(results) : report(results))
    if (options.write) await writePlots(results)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
