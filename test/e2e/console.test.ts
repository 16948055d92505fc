/** The JSON behind the page, as programs and other people's pages use it. */
import { request } from 'node:https'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CloudFront } from '../../local/cloudfront.ts'
import { started } from './site.ts'

let cloudfront: CloudFront
beforeAll(async () => {
  cloudfront = await started({
    domains: ['cdn.example.com'],
    origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
    routes: [{ path: '/*', origin: 'photos', cache: {}, images: true }],
  })
})
afterAll(() => cloudfront.stop())

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const options = { method, headers, rejectUnauthorized: false, agent: false, path: `/__rimlight/${path}` }
  const sent = request(cloudfront.httpsUrl, options).end(body === undefined ? undefined : JSON.stringify(body))
  const response = await new Promise<import('node:http').IncomingMessage>((resolve) => sent.once('response', resolve))
  return { status: response.statusCode, answer: await json(response) }
}

describe('which key a request gets', () => {
  it('is told with what the function changed', async () => {
    const { answer } = await ask('POST', 'key', {
      url: 'https://cdn.example.com/a.jpg?utm_source=x&w=600',
      headers: { Accept: 'image/webp', 'Accept-Encoding': 'gzip, br' },
    })
    expect(answer).toMatchObject({
      kind: 'key',
      behaviour: '/*',
      key: { path: '/a.jpg', query: 'fm=webp&w=640', headers: { 'accept-encoding': 'br,gzip' } },
      changes: [{ sign: '~', path: 'querystring', before: 'utm_source=x&w=600', after: 'fm=webp&w=640' }],
    })
  })

  it('or what the function answers', async () => {
    expect(await ask('POST', 'key', { url: '/a%00.jpg' })).toMatchObject({
      status: 200,
      answer: { kind: 'answered', by: 'viewer-request', status: 400, headers: { 'cache-control': 'no-store' } },
    })
  })

  it.each([
    ['ftp://a/b', 'found "ftp://a/b"'],
    ['', 'found ""'],
    [7, 'found 7'],
  ])('%j is no URL', async (url, found) => {
    expect(await ask('POST', 'key', { url })).toEqual({
      status: 400,
      answer: { error: `expected "url": a URL of http or https, or a path that begins with /, ${found}` },
    })
  })
})

it.each(['foo', 'null', 'https://evil.example'])('a page of the origin %s can’t ask', async (origin) => {
  const { status } = await ask('POST', 'invalidations', { paths: ['/*'] }, { origin })
  expect(status).toBe(403)
})

it('the page itself can, and a program', async () => {
  const own = { origin: cloudfront.httpsUrl }
  expect(await ask('POST', 'invalidations', { paths: ['/*'] }, own)).toMatchObject({ answer: { removed: 0 } })
  expect(await ask('POST', 'invalidations', { paths: ['/*'] })).toMatchObject({
    status: 200,
    answer: { id: expect.stringMatching(/^I[0-9A-F]{14}$/), paths: ['/*'] },
  })
})

it.each(['DELETE', 'PUT', 'OPTIONS'])('%s is no way to ask', async (method) => {
  expect(await ask(method, 'requests')).toEqual({ status: 405, answer: { error: 'expected GET, HEAD or POST' } })
})

it('time goes forward alone', async () => {
  expect(await ask('POST', 'clock', { advance: -1 })).toEqual({
    status: 400,
    answer: { error: 'expected 0 to 3153600000 seconds to move the clock on by, found -1' },
  })
})

it('what it says of the site is there for programs, too', async () => {
  expect((await ask('GET', 'site')).answer).toEqual(cloudfront.site)
  expect(cloudfront.site).toMatchObject({
    behaviours: [{ path: '/*', origin: 'photos', cached: true, images: true, keyGroups: [] }],
    keyPairIds: {},
    origins: [{ name: 'photos', behind: 'sample pictures' }],
  })
})
