import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../../logs/command.ts'
import { countedReport } from '../../logs/counted.ts'
import { GALLERIES, ITEMS, WISHLIST, workload } from '../../logs/workload.ts'
import { type Logged, logged, v1File } from '../../logs/written.ts'
import { output } from '../cli/kit/fixture-output.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rimlight-report-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function run(...args: string[]) {
  const stdout = output()
  const stderr = output()
  const code = await main(args, stdout, stderr)
  return { code, stdout: stdout.said(), stderr: stderr.said() }
}

const routeOf = (path: string): string =>
  path.startsWith('/items/1') ? '/items/1*' : /^\/items\/2.\//.test(path) ? '/items/2?/*' : '/*'

/** What both have: the second implementation does not know of files, nor of what the config says besides paths. */
function comparable(report: Record<string, unknown>) {
  const { skipped, files, uncacheable, routes, latency, ...rest } = JSON.parse(JSON.stringify(report))
  type Row = { outcome: string; edgeLocation?: string; region?: string; name?: string; cache?: string }
  const named = (rows: Row[]) =>
    rows
      .map(({ outcome, edgeLocation, region, ...row }) => ({
        name: `${edgeLocation ?? region ?? 'all'} ${outcome}`,
        ...row,
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return {
    ...rest,
    routes: routes.map(({ cache, ...row }: Row) => row),
    latency: {
      all: named(latency.all),
      regions: named(latency.regions),
      edgeLocations: named(latency.edgeLocations),
    },
  }
}

describe('every number is what an independent count gives', () => {
  it.each([
    ['a wishlist', WISHLIST, 3],
    ['galleries', GALLERIES, 4],
    ['an hour', { ...WISHLIST, seconds: 3_000, objects: 40 }, 5],
  ])('%s', async (name, shape, seed) => {
    const lines = [...logged(workload(20_000, shape, seed))]
    const logs = join(folder, `${name}.gz`)
    const config = join(folder, 'config.json')
    await writeFile(logs, gzipSync(v1File(lines)))
    await writeFile(config, JSON.stringify(ITEMS))
    const { code, stdout, stderr } = await run('report', logs, '--config', config, '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const report = JSON.parse(stdout)
    expect(comparable(report)).toEqual(countedReport(lines, routeOf))
    expect(report).toMatchObject({ skipped: {}, files: { files: 1, empty: 0, damaged: [] }, uncacheable: [] })
  })

  it('and of a cache that does not keep: the same key again and again', async () => {
    const [one] = [...logged(workload(1, WISHLIST))] as [Logged]
    const lines = Array.from({ length: 9 }, (_, i) => ({ ...one, id: `id${i}`, time: one.time + i * 1000 }))
    await writeFile(join(folder, 'again.log'), v1File(lines))
    const { stdout } = await run('report', join(folder, 'again.log'), '--json')
    expect(JSON.parse(stdout).misses).toMatchObject({ misses: 9, first_time: 1, not_cached: 8, expired: 0 })
  })
})

/** The same in a folder without a `dist/`: the project's own is there after a build, and would be used. */
async function runWithoutBundle(...args: string[]) {
  const here = process.cwd()
  process.chdir(folder)
  try {
    return await run(...args)
  } finally {
    process.chdir(here)
  }
}

it('what the function logged says which format was asked for, and what came in another', async () => {
  const line = (type: string, data: string) =>
    `${JSON.stringify({
      ...{ date: '2026-11-01', time: '10:00:00', 'x-edge-location': 'FRA56-P1', 'sc-bytes': '100', 'sc-status': '200' },
      ...{ 'cs-method': 'GET', 'cs-uri-stem': '/a.jpg', 'cs-uri-query': '-', 'sc-content-type': type },
      ...{ 'x-edge-result-type': 'Hit', 'viewer-request-log-data': data },
    })}\n`
  const file = join(folder, 'v2.json')
  await writeFile(
    file,
    [
      line('image/avif', '0%203%20fm%3Davif%26w%3D640'),
      line('image/jpeg', '0%201%20fm%3Dwebp'),
      line('image/jpeg', '0%200%20'),
    ].join(''),
  )
  const { stdout } = await run('report', file, '--json')
  expect(JSON.parse(stdout).renditions).toMatchObject({ pictures: 3, asked: 2, named: 2, fallbacks: 1 })
})

describe('what it prints', () => {
  it('one screen for people, with the config and without', async () => {
    const logs = join(folder, 'people.log')
    await writeFile(logs, v1File(logged(workload(3_000, WISHLIST))))
    const { code, stdout, stderr } = await runWithoutBundle('report', logs)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.split('\n')
    expect(lines.length).toBeLessThan(45)
    expect(lines.filter((line) => line.length > 120)).toEqual([])
    expect(stdout).toMatch(
      /^2026-11-01 00:0\d to 2026-11-30 2\d:\d\d UTC\n3,000 requests, \d+ MB, [\d,]+ viewers\nHit ratio /,
    )
    expect(stdout).toContain('No routes: no config was given or found (--config edge.config.ts, or --dist dist)\n')
    expect(JSON.parse((await runWithoutBundle('report', logs, '--json')).stdout).routes).toBeNull()
  })

  it('a page of its own, that loads nothing', async () => {
    const logs = join(folder, 'page.log')
    const page = join(folder, 'report.html')
    const hostile = { path: '/<script>alert(1)</script>', userAgent: '"><img src=x onerror=alert(1)>bot' }
    const long = { method: `\u202e${'M'.repeat(5_000)}`, result: 'Miss', type: ';' }
    await writeFile(
      logs,
      v1File(
        [...logged(workload(3_000, WISHLIST))].map((one, i) =>
          i === 7 ? { ...one, ...hostile } : i === 8 ? { ...one, ...long } : one,
        ),
      ).replaceAll('%3Cscript%3E', '<script>'),
    )
    const { code, stdout } = await run('report', logs, '--out', page)
    expect({ code, wrote: stdout.split('\n').at(-2) }).toEqual({ code: 0, wrote: `Wrote ${page}` })
    const html = await readFile(page, 'utf8')
    expect(html.match(/<svg /g)?.length).toBeGreaterThan(4)
    expect(html.match(/<svg (?!role="img" aria-label="Plot: [A-Z])/g)).toBeNull()
    expect(html).not.toMatch(/M{200}|\u202e|<th scope="row"><\/th>/)
    expect(html).toContain(`method \u00b7${'M'.repeat(191)}\u2026`)
    expect(html).not.toMatch(
      /<script|<img|<link|<iframe|<[^>]*\bsrc=|url\((?!#)|https?:\/\/(?!www\.(?:w3\.org|google\.com)\/)/,
    )
    expect(html).not.toMatch(/NaN|undefined|\[object/)
    expect(html.length).toBeLessThan(300_000)
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('lines that are not counted are named', async () => {
    const logs = join(folder, 'short.log')
    const text = v1File(logged(workload(5, WISHLIST)))
    await writeFile(logs, text.slice(0, -200))
    const { stdout } = await run('report', logs)
    expect(stdout).toContain('Lines not counted: cut-off 1\n')
    expect(JSON.parse((await run('report', logs, '--json')).stdout)).toMatchObject({
      requests: 4,
      skipped: { 'cut-off': 1 },
    })
  })

  it('without a request it has nothing to report', async () => {
    const logs = join(folder, 'empty.log')
    await writeFile(logs, '')
    const { code, stdout } = await run('report', logs)
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringMatching(/^No requests\n0 requests, 0 B, 0 viewers\n/),
    })
  })
})

describe('wrong usage is 2, and says what to do', () => {
  it.each([
    ['no logs', [], /^expected log files, a folder or s3:\/\/BUCKET\/PREFIX, found none; /],
    [
      'a file that is not there',
      ['/none/here'],
      /^expected a log file, a folder or s3:\/\/BUCKET\/PREFIX, found none \(ENOENT: /,
    ],
    [
      'an end before the beginning',
      ['x', '--since', '2026-11-02', '--until', '2026-11-01T12:00:00.000Z'],
      /^--until: expected a time after --since \(2026-11-02\), found 2026-11-01T12:00:00.000Z\n/,
    ],
    ['no bucket', ['s3:///x'], /^expected s3:\/\/BUCKET\/PREFIX, found "s3:\/\/\/x"\n/],
    [
      'no time',
      ['x', '--since', '2026-13-01'],
      /^--since: expected a time in UTC such as 2026-11-01T12:30, found "2026-13-01"\n/,
    ],
    ['no config for a route', ['x', '--route', '/*'], /^--route: expected a route of the config \(no config; /],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await runWithoutBundle('report', ...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })
})
