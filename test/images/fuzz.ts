/** `npm run fuzz:images`: broken images into the built zip, for as long as you like. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { IMAGE_MEMORY_MB } from '../../edge/limits.ts'
import { type Counts, makeCounts } from './counts.ts'
import { type Subject, subjects } from './fuzzing.ts'
import { buildZip, openRig, type Rig } from './rig.ts'

const HELP = `Usage: npm run fuzz:images -- [--minutes N] [--seed N] [--json] [--save DIR]

Builds origin-response.zip, runs it as Lambda would with the least memory that it may have, a bucket beside it, and hands it images that were broken on
purpose: bits flipped, spans deleted, moved and spliced in from other images. Whatever they are, the response has to be
a rendition that is what it says, or the original with a reason that will be the same the next time.

Options
  --minutes N  how long; default: 1; 0: the one image of the seed
  --seed N     where to begin; default: the time. Each image follows from its own seed, which a failure names
  --json       print one JSON document: { seed, seconds, counts, failures }; npm itself prints to stdout as well, unless
               it is called as npm run --silent fuzz:images
  --save DIR   write each image that failed into this folder; nothing else is ever written
  --help       print this

Ctrl-C ends it with the counts so far.
Exit code: 0 fine; 1 something was wrong; 2 wrong usage.
`

const HINT = '`npm run fuzz:images -- --help` says how to use it'

export type Output = { write(text: string): unknown; isTTY?: boolean }

type Options = { minutes: number; seed: number; json: boolean; save: string | undefined }

type Failure = Pick<Subject, 'seed' | 'fixture' | 'mutation' | 'variant'> & { faults: string[] }

/** What is asked: the built zip, or a stand-in. */
export type Asker = Pick<Rig, 'ask' | 'close'>

async function openZip(): Promise<Asker> {
  const zip = await buildZip()
  // The least that a site with images may have.
  const rig = await openRig(zip, { processes: 2, artefact: { memory: IMAGE_MEMORY_MB } })
  return {
    ask: rig.ask,
    async close() {
      await rig.close()
      await zip.remove()
    },
  }
}

/** Runs the command and returns its exit code. */
export async function main(args: string[], stdout: Output, stderr: Output, open = openZip): Promise<number> {
  const options = readOptions(args)
  if (typeof options === 'string') {
    stderr.write(`${options}; ${HINT}\n`)
    return 2
  }
  if (options === undefined) {
    stdout.write(HELP)
    return 0
  }
  const { counts, failures, seconds } = await fuzz(options, stderr, await open())
  const { seed } = options
  if (options.json) stdout.write(`${JSON.stringify({ seed, seconds, counts: counts.table(), failures }, null, 2)}\n`)
  else stdout.write(`${failures.map(textOf).join('')}${counts.line()} (${seconds} s from seed ${seed})\n`)
  return failures.length > 0 ? 1 : 0
}

/** @returns what is wrong with the arguments; `undefined`: help is asked for */
function readOptions(args: string[]): Options | string | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        minutes: { type: 'string', default: '1' },
        seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
        json: { type: 'boolean', default: false },
        save: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return undefined
    const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
    if (!(minutes >= 0 && minutes < Infinity)) return `--minutes: expected a number from 0, found ${values.minutes}`
    if (!Number.isInteger(seed) || seed < 0) return `--seed: expected a whole number from 0, found ${values.seed}`
    return { minutes, seed, json: values.json, save: values.save }
  } catch (error) {
    return (error as Error).message
  }
}

async function fuzz({ minutes, seed, save }: Options, stderr: Output, asked: Asker) {
  const subjectOf = await subjects()
  const counts = makeCounts()
  const failures: Failure[] = []
  const started = performance.now()
  let stopped = false
  const stop = () => {
    stopped = true
  }
  process.once('SIGINT', stop)

  let next = seed
  const isOver = () => stopped || performance.now() - started >= minutes * 60_000
  async function work() {
    do {
      const subject = subjectOf(next++)
      const answer = await asked.ask(subject)
      // Ctrl-C ends the functions too, and what they were at: that is no failure of theirs.
      if (answer.came === 'failure') await setTimeout(100)
      if (stopped) return
      counts.add(answer)
      if (answer.faults.length > 0) await fail(subject, answer.faults)
      report()
    } while (!isOver())
  }
  async function fail({ seed, fixture, mutation, variant, bytes }: Subject, faults: string[]) {
    failures.push({ seed, fixture, mutation, variant, faults })
    if (save === undefined) return
    await mkdir(save, { recursive: true })
    await writeFile(join(save, `${seed}.bin`), bytes)
  }
  const report = progressOn(stderr, counts)
  try {
    await Promise.all(Array.from({ length: minutes === 0 ? 1 : 4 }, work))
  } finally {
    process.off('SIGINT', stop)
    await asked.close()
    if (stderr.isTTY) stderr.write('\r\x1b[K')
  }
  return { counts, failures, seconds: Math.round((performance.now() - started) / 1000) }
}

const textOf = ({ seed, fixture, mutation, variant, faults }: Failure): string =>
  `${fixture}, ${mutation}; ${variant}\n  again: npm run fuzz:images -- --minutes 0 --seed ${seed}\n` +
  `${faults.map((fault) => `  ${fault.slice(0, 500)}\n`).join('')}\n`

/** A line that is rewritten twice a second, for a person; for a file, one every ten seconds. */
function progressOn(output: Output, counts: Counts): () => void {
  const [start, end, pause] = output.isTTY ? ['\r\x1b[K', '', 500] : ['', '\n', 10_000]
  let next = performance.now() + pause
  return () => {
    if (performance.now() < next) return
    next = performance.now() + pause
    output.write(`${start}${counts.line()}${end}`)
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), process.stdout, process.stderr)
