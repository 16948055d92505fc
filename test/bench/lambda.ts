/**
 * `npm run bench:lambda`: what loading a built Lambda function and one call cost beyond an empty handler, in
 * milliseconds of wall time. Fresh Node processes, in pairs: the empty handler and ours right after each other, the
 * order changing, so that both see the same machine; the figure is the median of the differences.
 */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle } from '../../build/bundle.ts'
import { compile } from '../../build/compile.ts'
import { TARGETS } from '../../build/targets.ts'
import { lambdaEvents, settings } from './fixtures.ts'
import { inTurns, median } from './measure.ts'

const PAIRS = 60
const BUDGETS = { 'origin-request': 3, 'origin-response': 5 }

const EMPTY = 'exports.handler = async (event) => event'

/** Times what a Lambda environment does between its start and its first answer. */
const TIMER = `
const [file, event] = [process.argv[2], JSON.parse(process.argv[3])]
const start = process.hrtime.bigint()
require(file).handler(event).then(() => console.log(Number(process.hrtime.bigint() - start) / 1e6))
`

const folder = await mkdtemp(join(tmpdir(), 'rimlight-bench-'))

function timed(file: string, event: unknown): number {
  const { stdout } = spawnSync(process.execPath, [join(folder, 'timer.cjs'), join(folder, file), JSON.stringify(event)])
  return Number(stdout)
}

try {
  await writeFile(join(folder, 'timer.cjs'), TIMER)
  await writeFile(join(folder, 'empty.cjs'), EMPTY)
  console.log(
    `Milliseconds beyond an empty handler, load and first call; median of ${PAIRS} pairs, Node ${process.version}`,
  )
  for (const [trigger, event] of Object.entries(lambdaEvents)) {
    const target = TARGETS.find((candidate) => candidate.trigger === trigger)
    if (!target) throw new Error(`no target for ${trigger}`)
    await writeFile(join(folder, `${trigger}.cjs`), (await bundle(target, compile(settings())))[0]?.code ?? '')
    const times = await inTurns(
      { empty: () => timed('empty.cjs', event), ours: () => timed(`${trigger}.cjs`, event) },
      PAIRS,
    )
    const differences = times.ours.map((ours, turn) => ours - (times.empty[turn] as number))
    const budget = BUDGETS[trigger as keyof typeof BUDGETS]
    const cost = median(differences)
    console.log(`${cost.toFixed(2).padStart(8)}  ${trigger} (budget ${budget})`)
    if (!(cost <= budget)) process.exitCode = 1
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
