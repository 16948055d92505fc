/** `rimlight logs report`, as its users run it. */
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { ROOT } from '../../base/root.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { main } from '../../logs/report.ts'
import { logged, V1_FIELDS, v1File } from '../logs/written.ts'
import { output } from '../unit/cli/kit/fixture-output.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { withoutPackages } from '../without-packages.ts'
import { started } from './site.ts'

const LINES = 300

/** Requests of two days, the first half on each, for two routes. */
const text = () => {
  const line = (i: number) => ({
    date: i < LINES / 2 ? '2026-11-01' : '2026-11-02',
    time: '12:00:00',
    'cs-uri-stem': i % 3 === 0 ? '/api/items' : `/photos/${i}.jpg`,
    'sc-status': '200',
    'sc-bytes': '1000',
    'x-edge-request-id': `id${i}`,
    'x-edge-result-type': 'Miss',
  })
  const lines = Array.from({ length: LINES }, (_, i) => {
    const fields: Record<string, string> = line(i)
    return V1_FIELDS.map((name) => fields[name] ?? '-').join('\t')
  })
  return ['#Version: 1.0', `#Fields: ${V1_FIELDS.join(' ')}`, ...lines, ''].join('\n')
}

async function report(...args: string[]) {
  const [stdout, stderr] = [output(), output()]
  const code = await main([...args, '--json'], stdout, stderr)
  return { code, document: JSON.parse(stdout.said()), stderr: stderr.said() }
}

let cloudfront: CloudFront
beforeAll(async () => {
  cloudfront = await started({
    domains: ['cdn.example.com'],
    origins: { logs: { bucket: 'example-logs', region: 'eu-central-1' } },
    routes: [{ path: '/*', origin: 'logs', cache: {} }],
  })
  const { endpoint, region, accessKeyId, secretAccessKey } = cloudfront.s3
  for (const [name, value] of Object.entries({
    ...{ AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: region },
    ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
  })) {
    vi.stubEnv(name, value)
  }
  const client = new S3Client({ forcePathStyle: true })
  const put = (Key: string, Body: string | Buffer) =>
    client.send(new PutObjectCommand({ Bucket: 'example-logs', Key, Body }))
  await put('cdn/E1.2026-11-01-12.gz', gzipSync(text()))
  await put('cdn/E1.2026-11-01-13.gz', gzipSync(text()))
  await put('broken/E1.2026-11-01-12.gz', gzipSync(text()).subarray(0, 900))
  await put('other/E2.log', v1File(logged([])))
  client.destroy()
})
afterAll(() => cloudfront.stop())

it('reads the objects below a prefix, and counts what was delivered twice once', async () => {
  const { code, document, stderr } = await report('s3://example-logs/cdn/')
  expect({ code, stderr, requests: document.requests }).toEqual({ code: 0, stderr: '', requests: LINES })
})

it('an object that breaks off is named by its URL', async () => {
  const { document } = await report('s3://example-logs/broken/', 's3://example-logs/other/')
  expect(document.files).toEqual({
    files: 2,
    empty: 0,
    damaged: [{ file: 's3://example-logs/broken/E1.2026-11-01-12.gz', why: 'unexpected end of file' }],
  })
})

it('--since, --until and --route look at a part', async () => {
  const config = join(ROOT, 'edge.config.ts')
  const requests = async (...args: string[]) =>
    (await report('s3://example-logs/cdn/', '--config', config, ...args)).document.requests
  expect(await requests('--since', '2026-11-02')).toBe(LINES / 2)
  expect(await requests('--until', '2026-11-02')).toBe(LINES / 2)
  expect(await requests('--route', '/api/*')).toBe(LINES / 3)
  expect(await requests('--route', '/api/*', '--since', '2026-11-02')).toBe(LINES / 6)
})

it('a bucket that there is not: what S3 says, as a document', async () => {
  const { code, document, stderr } = await report('s3://example-logz/cdn/')
  expect(code).toBe(1)
  expect(document).toEqual({ error: expect.objectContaining({ message: stderr.trimEnd() }) })
  expect(stderr).toMatch(/NoSuchBucket/)
})

it('without DuckDB it says in a line what to install', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'a.log'), text())
  const args = [...withoutPackages(/^@duckdb[/]node-api$/), join(ROOT, 'cli/rimlight.mjs'), 'logs', 'report', 'a.log']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: 'reading logs takes @duckdb/node-api, not installed here; run `npm install --save-dev @duckdb/node-api`\n',
  })
})
