/** The report by Athena is the report of the same lines; and what is said before, and of what goes wrong. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { V2_FIELDS } from '../../../deploy/aws/log-table.ts'
import { readsOf } from '../../../logs/athena/queries.ts'
import { type AthenaDependencies, athenaCommand } from '../../../logs/athena.ts'
import { main } from '../../../logs/command.ts'
import { openDatabase } from '../../../logs/database.ts'
import { querySql, REPORT_QUERIES } from '../../../logs/queries.ts'
import { athenaStandIn, dialectErrors, type StandIn, type StandInFaults } from '../../logs/athena.ts'
import { ITEMS, WISHLIST, workload } from '../../logs/workload.ts'
import { type Logged, logged, V1_FIELDS, v1File, v1Line } from '../../logs/written.ts'
import { output } from '../cli/kit/fixture-output.ts'

const ID = 'EDFDVBD6EXAMPLE'

let folder: string
let config: string
let athena: StandIn | undefined
const here = process.cwd()
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rimlight-athena-'))
  // A folder without a `dist/`: the project's own is there after a build, and its routes would be counted.
  process.chdir(folder)
  config = join(folder, 'config.json')
  await writeFile(config, JSON.stringify(ITEMS))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await athena?.close()
  athena = undefined
  await rm(join(folder, 'logs-bucket'), { recursive: true, force: true })
})
afterAll(async () => {
  process.chdir(here)
  await rm(folder, { recursive: true })
})

async function standIn(faults?: StandInFaults): Promise<StandIn> {
  athena = await athenaStandIn(folder, 'logs-bucket', faults)
  for (const [name, value] of Object.entries(athena.variables)) vi.stubEnv(name, value)
  return athena
}

type Surroundings = Partial<AthenaDependencies>

const dependenciesOf = (given: Surroundings): AthenaDependencies => ({
  sleep: async () => {},
  random: () => 0,
  now: Date.now,
  ask: null,
  interrupt: () => ({ signal: new AbortController().signal, close() {} }),
  ...given,
})

async function run(args: string[], given: Surroundings = {}) {
  const [stdout, stderr] = [output(), output()]
  const code = await athenaCommand(dependenciesOf(given))(args, stdout, stderr)
  return { code, stdout: stdout.said(), stderr: stderr.said() }
}

async function localReport(...args: string[]) {
  const [stdout, stderr] = [output(), output()]
  const code = await main(['report', ...args, '--json'], stdout, stderr)
  return { code, report: JSON.parse(stdout.said()), stderr: stderr.said() }
}

const LINES = [...logged(workload(3_000, WISHLIST, 7))].toSorted((a, b) => a.time - b.time)

/** Paths of more readings than one, and requests that are delivered twice. */
const lines = (): Logged[] =>
  LINES.map((one, i) => (i % 50 === 3 ? { ...one, path: `/items/../items/1${i % 3}/caf%C3%A9.jpg` } : one)).concat(
    LINES.slice(10, 20),
  )

const hourOf = ({ time }: Logged) => new Date(time).toISOString().slice(0, 13).replaceAll('-', '/').replace('T', '/')

async function putV1(stand: StandIn, of: readonly Logged[], id = ID, after = ''): Promise<void> {
  const days = Map.groupBy(of, (one) => hourOf(one))
  for (const [hour, some] of [...days].slice(0, 40)) {
    await stand.put(`cdn/${id}.${hour.replaceAll('/', '-')}.0a1b2c3d.gz`, gzipSync(v1File(some) + after))
  }
}

async function putV2(stand: StandIn, of: readonly Logged[]): Promise<void> {
  const database = await openDatabase()
  const delivered = Object.entries(V2_FIELDS)
  for (const [hour, some] of [...Map.groupBy(of, (one) => hourOf(one))].slice(0, 40)) {
    const tsv = join(folder, 'lines.tsv')
    await writeFile(tsv, some.map((one) => `${v1Line(one)}\n`).join(''))
    const file = await stand.put(`v2/${ID}/${hour}/${ID}.${hour.replaceAll('/', '-')}.0a1b2c3d.parquet`, '')
    const columns = delivered.map(([field, column]) =>
      V1_FIELDS.includes(field) ? `"${field}" AS ${column}` : `'-' AS ${column}`,
    )
    await database.run(
      `COPY (SELECT ${columns.join(', ')} FROM read_csv('${tsv}', delim = '\t', quote = '', escape = '', header = false, auto_detect = false, columns = {${V1_FIELDS.map((name) => `'${name}': 'VARCHAR'`).join(', ')}})) TO '${file}' (FORMAT parquet)`,
    )
  }
  await database.close()
}

const V1 = ['--run', '--yes', '--json', '--logs', 'v1', '--location', 's3://logs-bucket/cdn', '--distribution', ID]
const V2 = ['--run', '--yes', '--json', '--location', 's3://logs-bucket/v2/', '--distribution', ID]

describe('the report is that of `rimlight logs report` over the same lines', () => {
  it.each<[string, string[]]>([
    ['all of it', []],
    ['with routes, of paths of several readings too', ['--config', 'CONFIG']],
    ['of a time', ['--since', '2026-11-01T03:20', '--until', '2026-11-01T21:07']],
    ['of a route', ['--config', 'CONFIG', '--route', '/items/1*']],
  ])('standard logs (legacy): %s', async (_, given) => {
    const stand = await standIn()
    const args = given.map((arg) => (arg === 'CONFIG' ? config : arg))
    // A line cut off, one without a time, one whose status is no number.
    const [one, two] = [v1Line(LINES[1] as Logged), v1Line(LINES[2] as Logged)]
    const broken = `${one.slice(0, 120)}\n${one.replace(/^[^\t]+/, 'yesterday')}\n${two.replace('\t200\t', '\ttwo\t')}\n`
    await putV1(stand, lines(), ID, broken)
    const { code, stdout, stderr } = await run([...V1, ...args])
    expect(stderr).toMatch(/^s3:\/\/logs-bucket\/cdn\/: \d+ objects, /)
    const { athena: facts, files, ...report } = JSON.parse(stdout)
    const local = await localReport(join(folder, 'logs-bucket'), ...args)
    const { files: _files, ...expected } = local.report
    // Files of other hours are not read: what is broken in them is not known.
    const { skipped, ...rest } = report
    expect(rest).toEqual({ ...expected, skipped: undefined })
    if (!given.includes('--since')) expect(skipped).toEqual(expected.skipped)
    else expect(skipped['cut-off']).toBeLessThan(expected.skipped['cut-off'])
    expect(report.requests).toBeGreaterThan(20)
    expect({ code, queries: facts.queries }).toEqual({ code: 0, queries: given.includes('CONFIG') ? 17 : 16 })
  })

  it.each<[string, string[]]>([
    ['all of it', []],
    ['with routes and of a time', ['--config', 'CONFIG', '--since', '2026-11-01T03:20', '--until', '2026-11-01T21:07']],
  ])('Parquet of standard logging v2: %s', async (_, given) => {
    const stand = await standIn()
    const args = given.map((arg) => (arg === 'CONFIG' ? config : arg))
    await putV2(stand, lines())
    const { code, stdout } = await run([...V2, ...args])
    const { athena: facts, files, ...report } = JSON.parse(stdout)
    const { files: _files, ...expected } = (await localReport(join(folder, 'logs-bucket'), ...args)).report
    expect(report).toEqual(expected)
    expect(code).toBe(0)
  })
})

describe('before anything runs', () => {
  it('it says what that will read and cost, and asks', async () => {
    const stand = await standIn()
    await stand.put(`v2/${ID}/2026/11/01/03/a.parquet`, Buffer.alloc(40_000_000))
    await stand.put(`v2/${ID}/2026/11/02/03/b.parquet`, Buffer.alloc(1_000_000))
    await stand.put(`v2/${ID}/2026/11/04/03/late.parquet`, Buffer.alloc(7))
    await stand.put(`v2/EOTHERDISTRIBUTION/2026/11/01/03/c.parquet`, Buffer.alloc(9))
    const questions: string[] = []
    const ask = async (question: string) => {
      questions.push(question)
      return false
    }
    const args = V2.filter((arg) => arg !== '--yes' && arg !== '--json')
    const { code, stdout, stderr } = await run([...args, '--since', '2026-11-01', '--until', '2026-11-02'], { ask })
    expect({ code, stdout, questions, stderr }).toEqual({
      code: 1,
      stdout: '',
      questions: ['Run them? [y/N] '],
      stderr: `s3://logs-bucket/v2/${ID}/: 2 objects, 41.0 MB
16 queries, which read 697 MB at most: less than $0.01 at $5 a TB; of Parquet, a query reads only the columns that it names, which is less
not agreed to: nothing was run
`,
    })
    expect(stand.asked).toEqual([])
  })

  it('counts a query as often as it names the logs', async () => {
    const names = (text: string, name: string) =>
      [...text.matchAll(new RegExp(`\\b(?:FROM|JOIN) ${name}\\b`, 'g'))].length
    const reads = await Promise.all(
      REPORT_QUERIES.map(async (name) => {
        const sql = await querySql(name)
        // What the first WITH makes of all requests may be named again.
        const [, first = ''] = /^WITH (\w+) AS \(/m.exec(sql) ?? []
        return names(sql, 'requests') * Math.max(1, first === '' ? 1 : names(sql, first))
      }),
    )
    expect(readsOf({ routes: [] })).toEqual([...reads, 1])
    expect(readsOf({ routes: ['/*'] })).toEqual([...reads, 1, 1])
  })

  it('where nobody can be asked, --yes is needed', async () => {
    const stand = await standIn()
    await putV1(stand, LINES.slice(0, 5))
    const { code, stderr } = await run(V1.filter((arg) => arg !== '--yes'))
    expect(code).toBe(2)
    expect(stderr).toContain(
      'expected --yes, since stdin is no terminal and nobody can be asked; without --run nothing costs anything\n',
    )
    expect(stand.asked).toEqual([])
  })

  it('without logs of that time there is nothing to run', async () => {
    const stand = await standIn()
    await putV1(stand, LINES.slice(0, 5))
    const { code, stdout } = await run([...V1, '--since', '2027-01-01'])
    expect({ code, ...JSON.parse(stdout).error }).toMatchObject({
      code: 'no-logs',
      expected: 'logs of v1 at s3://logs-bucket/cdn/, such as ID.yyyy-MM-dd-HH.….gz',
      found: 'none',
    })
    expect(stand.asked).toEqual([])
  })
})

describe('how it runs', () => {
  it('in the workgroup, catalog and database that were named, and tells what Athena read', async () => {
    const stand = await standIn()
    await putV1(stand, LINES.slice(0, 300))
    const page = join(folder, 'report.html')
    const names = ['--workgroup', 'logs', '--results', 's3://results-bucket/athena', '--database', 'cdn_logs']
    const { code, stdout, stderr } = await run([...V1.filter((arg) => arg !== '--json'), ...names, '--out', page])
    expect({ code, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({ code: 0, last: `Wrote ${page}` })
    expect(stderr).toContain('Athena read 320 MB: less than $0.01\n')
    expect(stdout).toMatch(/^2026-11-01 00:14 to 2026-11-02 15:50 UTC\n167 requests, /)
    expect((await readFile(page, 'utf8')).match(/<svg /g)?.length).toBeGreaterThan(4)
    expect(stand.asked.slice(0, 2).map(({ sql, database }) => [sql.split('\n')[0], database])).toEqual([
      ['CREATE DATABASE IF NOT EXISTS `cdn_logs`', undefined],
      [
        expect.stringMatching(/^CREATE EXTERNAL TABLE IF NOT EXISTS `cdn_logs`.`cloudfront_v1_[0-9a-f]{8}` \($/),
        undefined,
      ],
    ])
    for (const { workgroup, output: results } of stand.asked)
      expect([workgroup, results]).toEqual(['logs', 's3://results-bucket/athena/'])
    for (const { database } of stand.asked.slice(2)) expect(database).toBe('cdn_logs')
  })

  it('of Parquet, it asks for no folders before the first one that is there, nor after the last', async () => {
    const stand = await standIn()
    await putV2(stand, LINES.slice(0, 5))
    const hours = [...new Set(LINES.slice(0, 5).map(hourOf))]
    await run(V2)
    const queries = stand.asked.slice(2)
    expect(queries.length).toBe(16)
    for (const { sql } of queries)
      expect(sql).toContain(`WHERE "log_hour" >= '${hours[0]}' AND "log_hour" <= '${hours.at(-1)}'`)
  })

  it('another place is another table; a named one is taken as it is', async () => {
    const stand = await standIn()
    await putV1(stand, LINES.slice(0, 5))
    const tableOf = async (...args: string[]) => {
      await run([...V1, ...args])
      const [, name] =
        /EXISTS `rimlight`.`(\w+)`/.exec(stand.asked.findLast(({ sql }) => sql.includes('EXTERNAL'))?.sql ?? '') ?? []
      return name
    }
    const own = await tableOf()
    expect(await tableOf('--since', '2026-10-01')).toBe(own)
    await stand.put(`other/${ID}.2026-11-01-00.0a1b2c3d.gz`, gzipSync(v1File(LINES.slice(0, 5))))
    expect(await tableOf('--location', 's3://logs-bucket/other')).not.toBe(own)
    expect(await tableOf('--table', 'access_logs')).toBe('access_logs')
  })

  it('Ctrl-C stops what runs', async () => {
    const stand = await standIn({ hangs: (sql) => sql.includes('FROM requests') })
    await putV1(stand, LINES.slice(0, 5))
    const ends = new AbortController()
    const sleep = async () => {
      if (stand.asked.length >= 6) ends.abort()
    }
    const { code, stdout } = await run(V1, { sleep, interrupt: () => ({ signal: ends.signal, close() {} }) })
    expect({ code, ...JSON.parse(stdout).error }).toMatchObject({
      code: 'interrupted',
      message: 'Interrupted: what ran on Athena was stopped, and nothing was written',
    })
    expect(stand.stopped.length).toBeGreaterThan(1)
  })

  it('a query that takes too long is stopped, and so are those beside it', async () => {
    const stand = await standIn({ hangs: (sql) => sql.includes('FROM requests') })
    await putV1(stand, LINES.slice(0, 5))
    let now = 0
    const { code, stdout } = await run([...V1, '--timeout', '60'], {
      sleep: async () => {},
      now: () => {
        now += 5_000
        return now
      },
    })
    expect(code).toBe(1)
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'query-timeout',
      message: expect.stringMatching(
        /^the query \w+ took longer than 60 s on Athena, and was stopped; take a shorter time with --since and --until, or a longer --timeout$/,
      ),
    })
    expect(stand.stopped.length).toBeGreaterThan(1)
  })
})

describe('what Athena refuses is said in terms of the options', () => {
  const failing = (reason: string, state: 'FAILED' | 'CANCELLED' = 'FAILED'): StandInFaults => ({
    fails: (sql) => (sql.includes('FROM requests') ? { state, reason } : undefined),
  })

  it.each<[string, StandInFaults, string, RegExp]>([
    [
      'access',
      failing('Access Denied (Service: Amazon S3)'),
      'query-failed',
      /failed on Athena: Access Denied .*; allow whoever runs this to read the logs, /,
    ],
    [
      'another format',
      failing('HIVE_CURSOR_ERROR: not a Parquet file'),
      'query-failed',
      /; the files there are not what the table says: --logs v1 is /,
    ],
    [
      'a limit',
      failing('Bytes scanned limit was exceeded', 'CANCELLED'),
      'query-cancelled',
      /was stopped by somebody else, or by a limit on Athena: .*; the workgroup allows a query fewer bytes: /,
    ],
    [
      'another table',
      failing("COLUMN_NOT_FOUND: line 3:1: Column 'x' cannot be resolved"),
      'query-failed',
      /; a table of another shape, or none, is there by that name: /,
    ],
    [
      'resources',
      failing('Query exhausted resources at this scale factor'),
      'query-failed',
      /; take a shorter time with --since and --until \(query query-\d+\)$/,
    ],
    [
      'what nobody foresaw',
      failing('INTERNAL'),
      'query-failed',
      /^the query \w+ failed on Athena: INTERNAL \(query query-\d+\)$/,
    ],
    [
      'no place for results',
      {
        refuses: (action) =>
          action === 'StartQueryExecution'
            ? { type: 'InvalidRequestException', message: 'No output location provided.' }
            : undefined,
      },
      'no-result-location',
      /^Athena does not know where to put results: the workgroup primary names no place for them; name one with --results s3:\/\/BUCKET\/PREFIX /,
    ],
    [
      'no workgroup',
      {
        refuses: (action) =>
          action === 'StartQueryExecution'
            ? { type: 'InvalidRequestException', message: 'WorkGroup primary is not found.' }
            : undefined,
      },
      'workgroup',
      /^--workgroup: Athena does not take primary /,
    ],
    [
      'the logs themselves',
      {
        refuses: (action) =>
          action === 'ListObjectsV2' ? { type: 'AccessDenied', message: 'Access Denied' } : undefined,
      },
      'denied',
      /^expected permission for s3:ListBucket, found none /,
    ],
    [
      'the call',
      {
        refuses: (action) =>
          action === 'GetQueryResults'
            ? { type: 'AccessDeniedException', message: 'User: x is not authorized to perform: athena:GetQueryResults' }
            : undefined,
      },
      'denied',
      /^expected permission for athena:GetQueryResults, found none .*`rimlight logs athena --help`/,
    ],
  ])('%s', async (_, faults, code, message) => {
    const stand = await standIn(faults)
    await putV1(stand, LINES.slice(0, 5))
    const ran = await run(V1)
    expect(ran.code).toBe(1)
    const { error } = JSON.parse(ran.stdout)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it.each<[string, string[], RegExp]>([
    ['nothing to do', ['--location', 's3://x/y'], /^expected a folder for the statements, or --run, found none; /],
    ['no location', ['--run'], /^expected --location s3:\/\/BUCKET\/PREFIX, found none; /],
    ['no bucket', ['--run', '--location', 'logs'], /^expected s3:\/\/BUCKET\/PREFIX, found "logs"\n/],
    ['another version', ['--run', '--location', 's3://x', '--logs', 'v3'], /^--logs: expected v1 or v2, found "v3"\n/],
    [
      'a page of nothing',
      ['q', '--location', 's3://x', '--out', 'a.html'],
      /^expected --run beside --out, found none; /,
    ],
    [
      'a database of another name',
      ['q', '--location', 's3://x', '--database', 'a-b'],
      /^--database: expected a name of lower-case letters, digits and _, found "a-b"\n/,
    ],
    ['two folders', ['a', 'b', '--location', 's3://x'], /^expected one folder, found 2; /],
    [
      'no time',
      ['q', '--location', 's3://x', '--timeout', '0', '--run'],
      /^--timeout: expected a whole number above 0, found "0"\n/,
    ],
  ])('wrong usage: %s', async (_, args, message) => {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })
})

describe('statements as files', () => {
  it.each(['v1', 'v2'])('%s: all that a report takes, each in its dialect', async (kind) => {
    const into = join(folder, `statements-${kind}`)
    const { code, stdout } = await run([
      into,
      '--logs',
      kind,
      '--location',
      's3://logs-bucket/cdn',
      '--distribution',
      ID,
      '--config',
      config,
    ])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `Wrote 18 files into ${into}\n` })
    const files = (await readdir(into, { recursive: true })).filter((name) => name.endsWith('.sql'))
    expect(files.length).toBe(18)
    for (const file of files) {
      const text = await readFile(join(into, file), 'utf8')
      expect(dialectErrors(text.trim()), file).toEqual([])
    }
  })

  it('JSON tells their names', async () => {
    const into = join(folder, 'statements-json')
    const { stdout } = await run([into, '--location', 's3://logs-bucket/cdn', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      folder: into,
      files: expect.arrayContaining(['table.sql', 'queries/totals.sql']),
    })
  })

  it('a folder that can not be made is named', async () => {
    await writeFile(join(folder, 'in-the-way'), '')
    const { code, stderr } = await run([join(folder, 'in-the-way'), '--location', 's3://x'])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/in-the-way can't be written: ENOTDIR|EEXIST/),
    })
  })
})
