/** Origins that fail, and headers of origins: the built functions on this machine, buckets and servers real. */
import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { SAMPLES } from '../../local/host/origin-targets.ts'
import { temporaryFolder, writeJson } from '../unit/local/fixture.ts'
import { openOrigin, type ScriptedOrigin } from './origin.ts'
import { started } from './site.ts'
import { get, startCommand } from './start-command.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: {
    photos: {
      ...{ bucket: 'example-photos', region: 'eu-west-1', prefix: 'site', shield: true },
      failover: { origin: 'replica', statuses: [403, 404, 500, 502, 503, 504] },
    },
    replica: { bucket: 'example-replica', region: 'us-west-2', prefix: 'copy/of it' },
    api: { domain: 'api.example.com', headers: ['X-Origin-Secret'], failover: 'spare' },
    spare: { domain: 'spare.example.com', headers: ['x-origin-secret'] },
  },
  routes: [
    { path: '/drafts/*', origin: 'photos', cache: 'never' },
    { path: '/api/live/*', origin: 'api', cache: 'never' },
    { path: '/api/*', origin: 'api', cache: {} },
    { path: '/m/*', origin: 'photos', cache: {}, strip: '/m' },
    { path: '/*', origin: 'photos', cache: {}, images: true },
  ],
}

const SECRET = 'a value that nobody is told'
const SPARE_SECRET = 'the value of the spare one'

let api: ScriptedOrigin
let spare: ScriptedOrigin
let cloudfront: CloudFront
let accessLog: string
let folder: string
beforeAll(async () => {
  folder = await temporaryFolder()
  const put = async (picture: string, path: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await copyFile(join(SAMPLES, picture), join(folder, path))
  }
  await put('photos/dusk.jpg', 'first/site/here.jpg')
  await put('photos/lighthouse.jpg', 'second/copy/of it/there.jpg')
  ;[api, spare] = await Promise.all([openOrigin(), openOrigin()])
  accessLog = join(folder, 'access.log')
  cloudfront = await started(CONFIG, {
    buckets: { photos: join(folder, 'first'), replica: join(folder, 'second') },
    origins: { api: api.url, spare: spare.url },
    originHeaders: { api: { 'x-origin-secret': SECRET }, spare: { 'x-origin-secret': SPARE_SECRET } },
    accessLog,
  })
})
afterAll(async () => {
  await cloudfront?.stop()
  await Promise.all([api?.close(), spare?.close()])
})

const stepsOf = async (response: Pick<Awaited<ReturnType<CloudFront['fetch']>>, 'headers'>) =>
  (await cloudfront.trace(response.headers.get('x-amz-cf-id') ?? ''))?.steps.map(({ step }) => step)

it('a picture that the first bucket does not have comes from the second one, below its own prefix', async () => {
  const response = await cloudfront.fetch('/there.jpg')
  expect(response.status).toBe(200)
  expect(Buffer.from(await response.arrayBuffer())).toEqual(await readFile(join(SAMPLES, 'photos/lighthouse.jpg')))
  const steps = (await stepsOf(response)) ?? []
  expect(steps.slice(steps.indexOf('origin-request'))).toEqual([
    ...['origin-request', 'origin', 'failover', 'origin-request', 'origin', 'origin-response', 'store'],
  ])
  const again = await cloudfront.fetch('/there.jpg')
  expect([again.status, again.headers.get('x-cache')]).toEqual([200, 'Hit from cloudfront'])
})

it('a rendition of it is made of what the second bucket has', async () => {
  const response = await cloudfront.fetch('/there.jpg?w=128', { headers: { accept: 'image/webp' } })
  expect(response.headers.get('x-rimlight')).toMatch(/^webp; 128x/)
})

it('what paths lose they lose there, too', async () => {
  expect((await cloudfront.fetch('/m/there.jpg')).status).toBe(200)
  expect((await cloudfront.fetch('/m/here.jpg')).status).toBe(200)
})

it('a picture that the first bucket has is its own', async () => {
  const response = await cloudfront.fetch('/here.jpg')
  expect(response.status).toBe(200)
  expect(await stepsOf(response)).not.toContain('failover')
})

it('a picture that neither has is a 404', async () => {
  const response = await cloudfront.fetch('/nowhere.jpg')
  expect([response.status, response.headers.get('cache-control')]).toEqual([404, 'public, max-age=300'])
})

it('a never route to a bucket fails over to nothing', async () => {
  const response = await cloudfront.fetch('/drafts/there.jpg')
  expect(response.status).toBe(403)
  expect(await stepsOf(response)).not.toContain('failover')
})

it('an API that fails is asked for elsewhere, each with its own header', async () => {
  const seen: string[] = []
  api.answer(({ headers }, response) => {
    seen.push(`api ${headers['x-origin-secret']}`)
    response.writeHead(503).end()
  })
  spare.answer(({ headers, url }, response) => {
    seen.push(`spare ${headers['x-origin-secret']} ${url}`)
    response.end('from elsewhere')
  })
  for (const path of ['/api/orders', '/api/live/orders']) {
    const response = await cloudfront.fetch(path, { headers: { 'x-origin-secret': 'a guess' } })
    expect([response.status, await response.text()]).toEqual([200, 'from elsewhere'])
  }
  expect(seen).toEqual([
    `api ${SECRET}`,
    `spare ${SPARE_SECRET} /api/orders`,
    `api ${SECRET}`,
    `spare ${SPARE_SECRET} /api/live/orders`,
  ])
})

it('an API with failover takes no other methods, as CloudFront wants it', async () => {
  expect((await cloudfront.fetch('/api/live/orders', { method: 'POST', body: 'x' })).status).toBe(403)
})

it('nowhere on this machine the values are told', async () => {
  const ids = cloudfront.requests().map(({ id }) => id)
  const traces = await Promise.all(ids.map((id) => cloudfront.trace(id)))
  await expect.poll(() => readFile(accessLog, 'utf8')).toContain('/api/orders')
  const told = JSON.stringify([traces, cloudfront.requests(), cloudfront.site]) + (await readFile(accessLog, 'utf8'))
  expect(told).toContain('"step":"failover"')
  for (const secret of [SECRET, SPARE_SECRET]) expect(told).not.toContain(secret)
})

it('`rimlight start` takes the values from a file, and says which are missing', async () => {
  await mkdir(join(folder, 'tmp'))
  const { photos: _, replica: __, ...origins } = CONFIG.origins
  const config = await writeJson(join(folder, 'edge.config.json'), {
    ...{ domains: CONFIG.domains, origins },
    routes: [{ path: '/*', origin: 'api', cache: 'never' }],
  })
  const file = await writeJson(join(folder, 'headers.json'), { api: { 'X-Origin-Secret': SECRET } })
  const command = startCommand(
    [
      ...['--https-port', '0', '--http-port', '0', '--config', config, '--out', join(folder, 'dist')],
      ...['--origin', `api=${api.url}`, '--origin', `spare=${spare.url}`, '--origin-headers', file],
    ],
    join(folder, 'tmp'),
  )
  try {
    const { message } = await command.said('warning')
    expect(message).toBe(
      'Requests go to origins without spare: x-origin-secret; --origin-headers FILE gives their values',
    )
    const { site } = await command.said('ready')
    let seen: unknown
    api.answer(({ headers }, response) => {
      seen = headers['x-origin-secret']
      response.end('hello')
    })
    await get(`${site.httpsUrl}/x`)
    expect(seen).toBe(SECRET)
    const { stderr } = await command.stop()
    expect(JSON.stringify(command.events) + stderr).not.toContain(SECRET)
  } finally {
    command.child.kill('SIGKILL')
  }
})
