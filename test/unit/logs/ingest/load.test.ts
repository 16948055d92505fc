import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../../../logs/database.ts'
import { type LoadOptions, load } from '../../../../logs/ingest/load.ts'
import { WISHLIST, workload } from '../../../logs/workload.ts'
import { escapedField, type Logged, logged, V1_FIELDS, v1File, v1Line } from '../../../logs/written.ts'

const LINES = [...logged(workload(40, WISHLIST))]
const HEAD = `#Version: 1.0\n#Fields: ${V1_FIELDS.join(' ')}\n`

let folder: string
let database: Database

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rimlight-load-'))
  database = await openDatabase()
})

afterEach(async () => {
  await database.close()
  await rm(folder, { recursive: true })
})

/** The files by name, loaded; and what the table then holds. */
async function loaded(files: Record<string, string | Buffer>, options: LoadOptions = {}) {
  const paths: string[] = []
  for (const [name, content] of Object.entries(files)) {
    paths.push(join(folder, name))
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  const result = await load(database, paths, options)
  const rows = await database.rows(
    'SELECT *, to_unixtime(time) AS at FROM requests ORDER BY request_id NULLS LAST, uri_stem',
  )
  return { ...result, rows }
}

/** What each line of the workload has to be, whatever the format. */
const expected = (lines: readonly Logged[] = LINES) =>
  lines
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((one) => ({
      at: Math.floor(one.time / 1000),
      uri_stem: one.path,
      uri_query: one.query,
      edge_location: one.pop,
      bytes: one.bytes,
      client_ip: one.ip,
      status: one.status,
      result_type: one.result,
      detailed_result_type: one.detailed,
      request_id: one.id,
      user_agent: escapedField(one.userAgent),
      seconds: Number(one.taken.toFixed(3)),
      first_byte_seconds: Number(one.firstByte.toFixed(3)),
      content_type: one.type,
      route: null,
    }))

const CLEAN = { files: 1, empty: 0, skipped: {}, damaged: [] }

/** By field, as v2 has them. */
const recordOf = (one: Logged) =>
  Object.fromEntries(
    v1Line(one)
      .split('\t')
      .map((value, i) => [V1_FIELDS[i], value]),
  )

const jsonFile = (lines: readonly Logged[]) => lines.map((one) => `${JSON.stringify(recordOf(one))}\n`).join('')

describe('formats', () => {
  it('standard logs, packed or not, whatever their names', async () => {
    const text = v1File(LINES)
    const result = await loaded({ 'access.log.1': v1File(LINES.slice(0, 9)), 'E1.2026-11-01-00.abc': gzipSync(text) })
    expect(result).toMatchObject({ ...CLEAN, files: 2, skipped: { duplicate: 9 } })
    expect(result.rows).toMatchObject(expected())
  })

  it('archives of several parts', async () => {
    const parts = [gzipSync(v1File(LINES.slice(0, 20))), gzipSync(v1File(LINES.slice(20)))]
    const result = await loaded({ 'all.gz': Buffer.concat(parts) })
    expect(result).toMatchObject(CLEAN)
    expect(result.rows).toMatchObject(expected())
  })

  it('with two fields more, and with fields in another order: #Fields says which', async () => {
    const more = [...V1_FIELDS, 'distribution-tenant-id', 'connection-id']
    const reversed = (text: string) => text.split('\t').toReversed().join('\t')
    const result = await loaded({
      'new.log': `#Version: 1.0\n#Fields: ${more.join(' ')}\n${LINES.slice(0, 20)
        .map((one) => `${v1Line(one)}\tdt_1\tabc\n`)
        .join('')}`,
      'reversed.log': `#Version: 1.0\n#Fields: ${V1_FIELDS.toReversed().join(' ')}\n${LINES.slice(20)
        .map((one) => `${reversed(v1Line(one))}\n`)
        .join('')}`,
    })
    expect(result).toMatchObject({ ...CLEAN, files: 2 })
    expect(result.rows).toMatchObject(expected())
  })

  it('w3c of v2, with spaces between the fields and the time in milliseconds', async () => {
    const fields = ['timestamp(ms)', ...V1_FIELDS.slice(2)]
    const text = LINES.map((one) => `${[one.time, ...v1Line(one).split('\t').slice(2)].join(' ')}\n`).join('')
    const { rows, ...result } = await loaded({
      'w3c.gz': gzipSync(`#Version: 1.0\n#Fields: ${fields.join(' ')}\n${text}`),
    })
    expect(result).toEqual(CLEAN)
    expect(rows).toMatchObject(expected().map((row, i) => ({ ...row, at: (LINES[i] as Logged).time / 1000 })))
  })

  it('plain text without a list of fields, where somebody names them', async () => {
    const text = LINES.map((one) => `${v1Line(one)}\n`).join('')
    const fields = V1_FIELDS.map((name) =>
      name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '_')
        .replace(/_$/, ''),
    )
    expect((await loaded({ 'plain.log': text }, { fields })).rows).toMatchObject(expected())
  })

  it('and without anybody who does, each line is counted', async () => {
    const text = LINES.map((one) => `${v1Line(one)}\n`).join('')
    const { rows, ...result } = await loaded({ 'plain.log': text })
    expect({ rows, result }).toEqual({ rows: [], result: { ...CLEAN, skipped: { 'no-field-list': 40 } } })
  })

  it('JSON of v2', async () => {
    const { rows, ...result } = await loaded({ 'v2.json': jsonFile(LINES) })
    expect(result).toEqual(CLEAN)
    expect(rows).toMatchObject(expected())
  })

  it('Parquet of v2, whose columns have underscores', async () => {
    const file = join(folder, 'v2.parquet')
    await writeFile(join(folder, 'v2.json'), jsonFile(LINES))
    const columns = V1_FIELDS.map(
      (name) =>
        `"${name}" AS ${name
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, '_')
          .replace(/_$/, '')}`,
    )
    await database.run(
      `COPY (SELECT ${columns.join(', ')} FROM read_json('${join(folder, 'v2.json')}', auto_detect = false, format = 'newline_delimited', columns = {${V1_FIELDS.map((name) => `'${name}': 'VARCHAR'`).join(', ')}})) TO '${file}' (FORMAT parquet)`,
    )
    const result = await load(database, [file], {})
    expect(result).toEqual(CLEAN)
    expect(await database.rows('SELECT *, to_unixtime(time) AS at FROM requests ORDER BY request_id')).toMatchObject(
      expected(),
    )
  })

  it('Parquet with numbers that are none', async () => {
    const [row] = LINES.map(recordOf)
    const values = ['12', '-', '', '-1', 'many', 'inf'].map(
      (bytes, at) => `('${row?.date}', '${row?.time}', '${bytes}', 'id${at}')`,
    )
    const file = join(folder, 'v2.parquet')
    await database.run(
      `COPY (SELECT * FROM (VALUES ${values.join(', ')}) AS v (date, time, sc_bytes, x_edge_request_id)) TO '${file}' (FORMAT parquet)`,
    )
    expect(await load(database, [file], {})).toEqual({ ...CLEAN, skipped: { 'bad-number': 3 } })
    expect(await database.rows('SELECT bytes FROM requests ORDER BY bytes NULLS LAST')).toEqual([
      { bytes: 12 },
      { bytes: null },
      { bytes: null },
    ])
  })

  it('real-time logs: seconds with a fraction, and the query in the path', async () => {
    const fields = ['timestamp', 'x_edge_request_id', 'cs_uri_stem', 'sc_status', 'x_edge_result_type', 'cs_accept']
    const { rows } = await loaded(
      {
        'real-time': `1793491200.123\tid1\t/a.jpg?w=5&v=1\t200\tHit\timage/webp\n1793491201.5\tid2\t/b.jpg\t304\tMiss\t-\n`,
      },
      { fields },
    )
    expect(rows).toMatchObject([
      {
        at: 1793491200.123,
        request_id: 'id1',
        uri_stem: '/a.jpg',
        uri_query: 'w=5&v=1',
        status: 200,
        accept: 'image/webp',
      },
      { at: 1793491201.5, request_id: 'id2', uri_stem: '/b.jpg', uri_query: '', status: 304, accept: null },
    ])
  })

  it('several in one file: each #Fields line holds up to the next', async () => {
    const short = ['date', 'time', 'x-edge-request-id', 'cs-uri-stem', 'sc-status']
    const text = `${v1File(LINES.slice(0, 5))}#Fields: ${short.join(' ')}\n2026-11-30\t23:00:00\tz1\t/late.jpg\t200\n${jsonFile(LINES.slice(5, 8))}${v1File(LINES.slice(8, 12))}`
    const { rows, ...result } = await loaded({ 'mixed.log': text, 'one.log': v1File(LINES.slice(12)) })
    expect(result).toEqual({ ...CLEAN, files: 2 })
    expect(rows).toMatchObject([...expected(), { request_id: 'z1', uri_stem: '/late.jpg', status: 200 }])
  })
})

describe('what is wrong is counted by its reason', () => {
  const [line = ''] = LINES.map(v1Line)
  const other = (id: string, change: (fields: string[]) => void) => {
    const fields = line.split('\t')
    fields[14] = id
    change(fields)
    return fields.join('\t')
  }

  it.each([
    ['cut-off', `${line.slice(0, 200)}\n`],
    ['cut-off', `${line}\n${line.slice(0, 60)}`],
    ['too-many-fields', `${other('x', (fields) => (fields[10] = 'Mozilla\tTab'))}\n`],
    ['bad-time', `${other('x', (fields) => (fields[0] = '01.11.2026'))}\n`],
    ['bad-number', `${other('x', (fields) => (fields[8] = 'OK'))}\n`],
    ['bad-number', `${other('x', (fields) => (fields[18] = '0,093'))}\n`],
    ['bad-number', `${other('x', (fields) => (fields[18] = 'NaN'))}\n`],
    ['bad-number', `${other('x', (fields) => (fields[3] = '-5'))}\n`],
    ['not-utf-8', Buffer.from(`${other('x', (fields) => (fields[9] = 'caf\xe9'))}\n`, 'latin1')],
    ['too-long', `${'x'.repeat(2_000_000)}\n`],
    ['duplicate', `${line}\n${line}\n`],
  ])('%s', async (reason, text) => {
    const content = Buffer.concat([Buffer.from(HEAD), Buffer.from(text)])
    const { rows, ...result } = await loaded({ 'a.log': content, 'b.gz': gzipSync(v1File(LINES)) })
    const twice = text.includes(line) ? 1 : 0
    const skipped = { [reason]: 1, ...(twice > 0 && reason !== 'duplicate' && { duplicate: twice }) }
    expect(result).toEqual({ ...CLEAN, files: 2, skipped: reason === 'duplicate' ? { duplicate: 2 } : skipped })
    expect(rows).toMatchObject(expected())
  })

  it.each([
    ['cut-off', '{"date":"2026-11-01","time":"00:00:'],
    ['broken-json', '{"date":"2026-11-01" "time"}'],
    ['bad-time', '{"date":"2026-11-01","cs-uri-stem":"/"}'],
  ])('%s, in JSON', async (reason, text) => {
    const { rows, ...result } = await loaded({ 'v2.json': `${jsonFile(LINES)}${text}\n` })
    expect(result).toEqual({ ...CLEAN, skipped: { [reason]: 1 } })
    expect(rows).toMatchObject(expected())
  })
})

describe('what is hostile is read as it is', () => {
  it.each([
    ['quotes', '"Mozilla\'"'],
    ['escapes that were escaped', '%2522%2509'],
    ['100 KB', 'x'.repeat(100_000)],
    ['NUL', 'a\0b'],
    ['what SQL, formats and locales read something into', "'); DROP TABLE staged; -- 1.234,5 İı ß 日本"],
  ])('%s', async (_, agent) => {
    const [first, ...rest] = LINES as [Logged, ...Logged[]]
    const fields = v1Line(first).split('\t')
    fields[10] = agent
    const text = `${HEAD}${fields.join('\t')}\r\n\r\n${rest.map((one) => `${v1Line(one)}\r\n`).join('')}`
    const { rows, ...result } = await loaded({ "it's [a] *.log": text })
    expect(result).toEqual(CLEAN)
    expect(rows).toMatchObject(
      expected().map((row) => (row.request_id === first.id ? { ...row, user_agent: agent } : row)),
    )
  })
})

describe('files', () => {
  it('that are empty, or have a head alone', async () => {
    const { rows, ...result } = await loaded({ a: '', b: gzipSync(''), c: HEAD, d: gzipSync(HEAD) })
    expect({ rows, result }).toEqual({ rows: [], result: { files: 4, empty: 2, skipped: {}, damaged: [] } })
  })

  it('that break off are read as far as they go', async () => {
    const packed = gzipSync(v1File(LINES), { level: 0 })
    const { rows, ...result } = await loaded({
      'half.gz': packed.subarray(0, 9000),
      'whole.gz': gzipSync(v1File(LINES.slice(0, 3))),
    })
    expect(result).toEqual({
      files: 2,
      empty: 0,
      skipped: { 'cut-off': 1, duplicate: 3 },
      damaged: [{ file: join(folder, 'half.gz'), why: 'unexpected end of file' }],
    })
    expect(rows.length).toBeGreaterThan(10)
    expect(rows).toMatchObject(expected(LINES.slice(0, rows.length)))
  })

  it.each([
    ['within its head', (packed: Buffer) => packed.subarray(0, 8), 0],
    ['before its length', (packed: Buffer) => packed.subarray(0, -8), LINES.length],
    ['within its length', (packed: Buffer) => packed.subarray(0, -1), LINES.length],
  ])('an archive that breaks off %s is named', async (_, cut, count) => {
    const { rows, damaged } = await loaded({ 'half.gz': cut(gzipSync(v1File(LINES))) })
    expect({ damaged, count: rows.length }).toEqual({
      damaged: [{ file: join(folder, 'half.gz'), why: 'unexpected end of file' }],
      count,
    })
  })

  it.each([
    'a*.log',
    'a?.log',
    'a[b].log',
    'x[1]*/b.log',
    '~b.log',
    'a\n*.log',
    'date=5/sc_bytes=1/time=x/filename=y.log',
  ])('are taken by their very name: %j', async (name) => {
    const text = v1File(LINES)
    for (const other of ['ab.log', 'a1.log', 'x1y/b.log']) {
      await mkdir(dirname(join(folder, other)), { recursive: true })
      await writeFile(join(folder, other), text)
    }
    const { rows, ...result } = await loaded({ [name]: text.slice(0, -20) })
    expect(result).toEqual({ ...CLEAN, skipped: { 'cut-off': 1 } })
    expect(rows).toMatchObject(expected(LINES.slice(0, -1)))
  })

  it('also Parquet, and where the path is relative', async () => {
    const values = (bytes: number) => `SELECT '2026-11-01' AS date, '00:00:00' AS time, '${bytes}' AS sc_bytes`
    await mkdir(join(folder, 'sc_bytes=3'))
    const name = 'sc_bytes=3/p*.parquet'
    for (const [bytes, file] of [
      [1, name],
      [2, 'sc_bytes=3/p1.parquet'],
    ] as const) {
      await database.run(`COPY (${values(bytes)}) TO '${join(folder, file)}' (FORMAT parquet)`)
    }
    expect(await load(database, [relative('.', join(folder, name))], {})).toEqual(CLEAN)
    expect(await database.rows('SELECT bytes FROM requests')).toEqual([{ bytes: 1 }])
  })

  it('that are none are named', async () => {
    const { rows, damaged } = await loaded({
      'rubbish.gz': Buffer.concat([gzipSync(v1File(LINES)), Buffer.from('rubbish')]),
      'magic.gz': Buffer.from([0x1f, 0x8b, 7, 7, 7, 7, 7, 7, 7, 7, 7]),
      'cut.parquet': 'PAR1 and so on',
    })
    expect(damaged.map(({ file, why }) => [file.split('/').at(-1), why])).toEqual([
      ['magic.gz', 'unknown compression method'],
      ['cut.parquet', 'a Parquet file cut off'],
      ['rubbish.gz', expect.stringMatching(/./)],
    ])
    expect(rows.length).toBeGreaterThan(30)
    expect(rows).toMatchObject(expected(LINES.slice(0, rows.length)))
  })

  it('that are not there are named', async () => {
    const { damaged } = await load(database, [join(folder, 'none')], {})
    expect(damaged).toMatchObject([{ why: expect.stringContaining('ENOENT') }])
  })
})

describe('routes and times', () => {
  it('the first pattern that matches, with the rules of the edge for paths that can be read in several ways', async () => {
    const paths = [
      '/api/a',
      '/apix',
      '/a_i/x',
      '/API/a',
      '/img/1/b',
      '/img/12/b',
      '/api%252Fx',
      '/x/../api/y',
      '/é',
      '/100%25',
    ]
    const text = paths.map((path, i) => `2026-11-01\t00:00:00\tid${i}\t${path}\n`).join('')
    const { rows } = await loaded(
      { log: `#Fields: date time x-edge-request-id cs-uri-stem\n${text}` },
      { routes: ['/api/*', '/img/?/*', '/*'] },
    )
    expect(rows.map(({ uri_stem, route }) => [uri_stem, route])).toEqual([
      ['/api/a', '/api/*'],
      ['/apix', '/*'],
      ['/a_i/x', '/*'],
      ['/API/a', '/*'],
      ['/img/1/b', '/img/?/*'],
      ['/img/12/b', '/*'],
      ['/api%252Fx', '(refused)'],
      ['/x/../api/y', '(refused)'],
      ['/é', '/*'],
      ['/100%25', '(refused)'],
    ])
  })

  it('--since is in, --until is not', async () => {
    const text = [0, 1, 2].map((i) => `2026-11-01\t0${i}:00:00\tid${i}\t/\n`).join('')
    const { rows } = await loaded(
      { log: `#Fields: date time x-edge-request-id cs-uri-stem\n${text}` },
      { since: new Date('2026-11-01T01:00:00Z'), until: new Date('2026-11-01T02:00:00Z') },
    )
    expect(rows).toMatchObject([{ request_id: 'id1' }])
  })
})
