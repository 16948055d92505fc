/**
 * What calls of a CloudFront Function cost in njs: instructions as valgrind's callgrind counts them, and the memory that
 * a call adds to the process at its height. CloudFront gives a function 2 MB, and a time that it does not tell.
 */
import { execFile, spawnSync } from 'node:child_process'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from '../../../base/temporary.ts'
import { CLOUDFRONT_MODULE } from './platform-modules.ts'

/** `rawQuery`: what the runtime's `rawQueryString()` gives; left out: a runtime without it. */
export type CostSubject = { event: unknown; rawQuery?: string }

/** `bytes` in steps of a page of memory, 4 KiB. */
export type CallCost = { instructions: number; bytes: number }

/** The tools that measuring needs and this machine does not have: njs, valgrind, and Linux for what /proc tells. */
export const missingForCosts = (): string[] => [
  ...['njs', 'valgrind'].filter((tool) => spawnSync(tool, ['--help'], { stdio: 'ignore' }).error),
  ...(process.platform === 'linux' ? [] : ['Linux']),
]

/** Calls of one process: njs frees nothing before it exits. */
const BATCH = 200
const BATCH_OF_GROUPS = 1_000

const run = promisify(execFile)

/**
 * The costs of one call each, in order; of so many calls each where they are counted `together`, which takes a fraction of
 * the time. Rejects where the function throws, or a tool is missing.
 */
export async function callCosts(
  code: string,
  subjects: readonly CostSubject[],
  keyValues: Record<string, string> = {},
  together = 1,
): Promise<CallCost[]> {
  const { folder, remove } = await temporaryFolder('rimlight-cost-')
  const costs: CallCost[] = []
  try {
    await writeFile(join(folder, 'cloudfront'), CLOUDFRONT_MODULE)
    const size = together === 1 ? BATCH : together * Math.ceil(BATCH_OF_GROUPS / together)
    for (let at = 0; at < subjects.length; at += size) {
      const batch = groupsOf(subjects.slice(at, at + size), together)
      await writeFile(join(folder, 'events.json'), JSON.stringify(batch))
      const bytes = await memoryOf(code, folder, keyValues)
      const instructions = await instructionsOf(code, folder, keyValues, batch.length)
      for (const [i] of batch.entries()) {
        costs.push({ instructions: instructions[i] as number, bytes: bytes[i] as number })
      }
    }
    return costs
  } finally {
    await remove()
  }
}

const groupsOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))

/**
 * Calls the handler for the events of each group, with `before` and `after` around. Not out of a promise's reaction: there the engine takes
 * two million instructions more to make an error, as CloudFront's call does not. Where a call throws, njs prints it and fails.
 */
const scriptOf = (code: string, folder: string, keyValues: unknown, before: string, after: string) => `${code}
;(() => {
  const fs = require('fs')
  const groups = JSON.parse(fs.readFileSync(${JSON.stringify(join(folder, 'events.json'))}, 'utf8'))
  globalThis.rimlightPlatform = { keyValues: ${JSON.stringify(keyValues)} }
  const high = () => Number(fs.readFileSync('/proc/self/status', 'utf8').split('VmHWM:')[1].split('kB')[0])
  let found = 0
  function next(i) {
    if (i === groups.length) return
    const events = groups[i].map((subject) => {
      if (subject.rawQuery !== undefined) subject.event.request.rawQueryString = () => subject.rawQuery
      return subject.event
    })
    const count = events.length
    let returned
    ${before}
    for (let call = 0; call < count; call += 1) returned = handler(events[call])
    if (returned && typeof returned.then === 'function') {
      return returned.then(() => {
        ${after}
        setTimeout(next, 0, i + 1)
      })
    }
    ${after}
    setTimeout(next, 0, i + 1)
  }
  return next(0)
})()
`

/** A 5 written to \`clear_refs\` sets the high-water mark to what is resident now: proc(5). */
async function memoryOf(code: string, folder: string, keyValues: unknown): Promise<number[]> {
  const before = `fs.writeFileSync('/proc/self/clear_refs', '5'); found = high()`
  const script = join(folder, 'memory.js')
  await writeFile(script, scriptOf(code, folder, keyValues, before, 'console.log(high() - found)'))
  const { stdout } = await run('njs', ['-p', folder, script])
  return stdout
    .trim()
    .split('\n')
    .map((line) => Number(line) * 1024)
}

/** callgrind tells what has been spent whenever `access` of the C library is called, which nothing else here does. */
async function instructionsOf(code: string, folder: string, keyValues: unknown, calls: number): Promise<number[]> {
  const mark = `fs.accessSync('/')`
  const script = join(folder, 'instructions.js')
  await writeFile(script, scriptOf(code, folder, keyValues, mark, mark))
  const out = join(folder, 'callgrind')
  // Without vgdb, whose pipes stay in the temporary folder where valgrind is ended.
  const tool = [
    '--tool=callgrind',
    '--vgdb=no',
    '--dump-before=access',
    '--compress-strings=yes',
    `--callgrind-out-file=${out}`,
  ]
  await run('valgrind', [...tool, 'njs', '-p', folder, script])
  const names = (await readdir(folder)).filter((name) => name.startsWith('callgrind.'))
  const counts: number[] = []
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8')
    counts[Number(name.slice('callgrind.'.length))] = Number(/^totals: (\d+)$/m.exec(text)?.[1])
    await rm(join(folder, name))
  }
  // A call and what lies between two take turns; what came before all calls may be more than one.
  return counts
    .toReversed()
    .filter((_, i) => i % 2 === 0 && i < 2 * calls)
    .toReversed()
}
