/**
 * `npm run bench:lambda`: what loading a built Lambda function and one call cost beyond an empty handler, in
 * milliseconds of wall time. Fresh Node processes, in pairs: the empty handler and ours right after each other, the
 * order changing, so that both see the same machine; the figure is the median of the differences. Then, for viewer-request.zip,
 * what a warm verification of an RS256 token costs beside node:crypto alone, in one process, by turns; and the zip's bytes.
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
import { viewerLambda, warmVerification } from './viewer-lambda.ts'

const PAIRS = 60
const BUDGETS = { 'origin-request': 3, 'origin-response': 5, 'viewer-request': 5 }

const EMPTY = 'exports.handler = async (event) => event'

/** Whoever verifies has to load it: at viewer-request, the empty handler does so, too. */
const WITH_CRYPTO = `require('crypto')\n${EMPTY}`

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
  await writeFile(join(folder, 'crypto.cjs'), WITH_CRYPTO)
  console.log(
    `Milliseconds beyond an empty handler, load and first call; median of ${PAIRS} pairs, Node ${process.version}`,
  )
  const viewer = await viewerLambda()
  for (const [trigger, event] of Object.entries({ ...lambdaEvents, 'viewer-request': viewer.event })) {
    const target = TARGETS.find((candidate) => candidate.trigger === trigger && candidate.kind === 'lambda')
    if (!target) throw new Error(`no target for ${trigger}`)
    const site = trigger === 'viewer-request' ? viewer.settings : settings()
    await writeFile(join(folder, `${trigger}.cjs`), (await bundle(target, compile(site)))[0]?.code ?? '')
    const times = await inTurns(
      {
        empty: () => timed(trigger === 'viewer-request' ? 'crypto.cjs' : 'empty.cjs', event),
        ours: () => timed(`${trigger}.cjs`, event),
      },
      PAIRS,
    )
    const differences = times.ours.map((ours, turn) => ours - (times.empty[turn] as number))
    const budget = BUDGETS[trigger as keyof typeof BUDGETS]
    const cost = median(differences)
    console.log(`${cost.toFixed(2).padStart(8)}  ${trigger} (budget ${budget})`)
    if (!(cost <= budget)) process.exitCode = 1
  }
  const warm = await warmVerification(join(folder, 'viewer-request.cjs'), viewer)
  console.log(
    `\nviewer-request.zip: ${viewer.bytes.toLocaleString('en')} bytes of ${viewer.limit.toLocaleString('en')}`,
  )
  console.log(`${warm.ours.toFixed(1).padStart(8)}  µs for a request with an RS256 token, warm (budget 1,000)`)
  console.log(`${warm.bare.toFixed(1).padStart(8)}  µs for the same verification with node:crypto alone`)
  console.log(`${warm.ratio.toFixed(2).padStart(8)}  times as much, median of the turns`)
  if (!(warm.ours <= 1_000)) process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
