/** `npm run conformance:cache`: http-tests/cache-tests against the local CloudFront. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { InputError } from '../../base/errors.ts'
import { startCloudFront } from '../../local/cloudfront.ts'
import { BY_ORIGIN, PLAIN, writeDistribution } from './distribution.ts'
import { explanationsFor, readExplanations } from './explained.ts'
import { isAsExplained, reportOf, textOf } from './report.ts'
import { openSuite } from './suite.ts'

const HELP = `Usage: npm run conformance:cache -- --suite DIR [--plain] [--least N] [--json]

Puts http-tests/cache-tests to the local CloudFront: functions that change nothing, all headers forwarded, TTLs of 0, a day
and a year. What a distribution has to say in an origin's place is said as the suite's origin has it: the key has the
headers that it varies by (bar, baz and foo), and the error-caching minimum is 0 (414 and 501, of which it says nothing: 10 s). The suite is not part of this project; DIR is a copy of it, such as
  npm install --prefix DIR0 --ignore-scripts http-cache-tests    then DIR0/node_modules/http-cache-tests
  git clone https://github.com/http-tests/cache-tests DIR && npm install --prefix DIR --ignore-scripts
Its code runs in a process of its own; its origin listens on 127.0.0.1.

Prints how many tests pass, and for each required test that does not, the page of the CloudFront Developer Guide that has it
so: the tables of docs/local-cloudfront.md. They have to name the tests that fail, and no others.

Options
  --suite DIR  the copy of the suite; default: RIMLIGHT_CACHE_TESTS
  --plain      no headers in the key, and an error-caching minimum of 10 s, as where nobody sets them
  --least N    how many tests have to pass; default: 0
  --json       print one JSON document; call it as npm run --silent conformance:cache
  --help       print this

Exit code: 0 if the required tests that fail are those of the tables, and enough pass; 1 if not; 2 wrong usage, or no suite.
`

async function main(): Promise<number> {
  const options = {
    suite: { type: 'string' },
    plain: { type: 'boolean' },
    least: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  }
  const { values } = parseArgs({ options: options as typeof options & Record<string, { type: 'string' | 'boolean' }> })
  const { suite: folder = process.env.RIMLIGHT_CACHE_TESTS, plain = false, least = '0', json, help } = values
  if (help) {
    process.stdout.write(HELP)
    return 0
  }
  if (typeof folder !== 'string' || folder === '') {
    throw new InputError('--suite: expected the folder of http-tests/cache-tests; --help says where it is to be had', {
      code: 'no-suite',
    })
  }
  if (!/^\d+$/.test(String(least))) {
    throw new InputError(`--least: expected a number, found ${least}`, { code: 'wrong-option', found: String(least) })
  }
  const tables = await readExplanations()
  const suite = await openSuite(folder)
  const explanations = explanationsFor(tables, { release: suite.release, plain: plain === true })
  const work = await mkdtemp(join(tmpdir(), 'rimlight-conformance-'))
  try {
    const dist = await writeDistribution(work, plain ? PLAIN : BY_ORIGIN)
    const cloudfront = await startCloudFront({ dist, origins: { origin: suite.url } })
    try {
      process.stderr.write('some 350 tests, half a minute …\n')
      const report = reportOf(await suite.run(`http://127.0.0.1:${new URL(cloudfront.httpUrl).port}`), explanations)
      process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : textOf(report))
      return isAsExplained(report) && report.passed >= Number(least) ? 0 : 1
    } finally {
      await cloudfront.stop()
    }
  } finally {
    suite.close()
    await rm(work, { recursive: true, force: true })
  }
}

process.exitCode = await main().catch((error) => {
  const isUsage = error instanceof InputError || String(error.code).startsWith('ERR_PARSE_ARGS')
  process.stderr.write(isUsage ? `${error.message}\n` : `${error.stack}\n`)
  return isUsage ? 2 : 1
})
