import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { Failure, InputError } from '../../../../base/errors.ts'
import { invalidateHere } from '../../../../local/console/client.ts'
import { certificateFor } from '../../../../local/listeners/certificate.ts'

const servers: http.Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

async function listening(server: http.Server, scheme = 'http'): Promise<string> {
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Answers as CloudFront here does. */
const asked: unknown[] = []
const invalidations: http.RequestListener = async (request, response) => {
  const question = (await json(request)) as { paths: string[] }
  asked.push([request.method, request.url, request.headers['content-type'], question])
  response.end(JSON.stringify({ id: 'I1', paths: question.paths, removed: question.paths.length }))
}

/** What it is refused with. */
const refusal = (url: string, paths = ['/a']): Promise<Error> =>
  invalidateHere(url, paths).then(
    () => new Error('it was done'),
    (error) => error,
  )

describe('invalidateHere', () => {
  it('asks, and gives what was answered', async () => {
    const url = await listening(http.createServer(invalidations))
    expect(await invalidateHere(`${url}/any/path`, ['/a*', '/b?v=1'])).toEqual({
      id: 'I1',
      paths: ['/a*', '/b?v=1'],
      removed: 2,
    })
    expect(asked.splice(0)).toEqual([
      ['POST', '/__rimlight/invalidations', 'application/json', { paths: ['/a*', '/b?v=1'] }],
    ])
  })

  it('over HTTPS, whatever the certificate of this machine', async () => {
    const url = await listening(https.createServer(await certificateFor([]), invalidations), 'https')
    expect(await invalidateHere(url, ['/*'])).toMatchObject({ removed: 1 })
  })
})

describe('what is wrong is said', () => {
  it.each(['localhost', 'ftp://a'])('%s is no URL', async (url) => {
    const error = await refusal(url)
    expect(error).toBeInstanceOf(InputError)
    expect(error.message).toBe(`--url: expected a URL such as https://localhost:8443, found "${url}"`)
  })

  it('nobody there', async () => {
    const server = http.createServer()
    const url = await listening(server)
    server.close()
    await once(server, 'close')
    const error = await refusal(url)
    expect(error).toBeInstanceOf(Failure)
    expect(error.message).toBe(
      `no CloudFront answers at ${url} (connect ECONNREFUSED ${url.slice('http://'.length)}); \`rimlight start\` runs one, --url names another, --distribution one at AWS`,
    )
  })

  it.each<[string, number, string, typeof InputError | typeof Failure, (url: string) => string]>([
    [
      'somebody else',
      404,
      '<h1>Not found</h1>',
      Failure,
      (url) => `${url} answered with 404: what runs there is not started by \`rimlight start\``,
    ],
    [
      'somebody else who is glad',
      200,
      '{}',
      Failure,
      (url) => `${url} answered with 200: what runs there is not started by \`rimlight start\``,
    ],
    ['a path that it refuses', 400, '{"error":"expected a path"}', InputError, () => 'expected a path'],
    [
      'one that is still starting',
      503,
      '{"error":"CloudFront is still starting"}',
      Failure,
      (url) => `${url} did not do it: CloudFront is still starting`,
    ],
  ])('%s', async (_, status, body, kind, message) => {
    const url = await listening(http.createServer((_, response) => response.writeHead(status).end(body)))
    const error = await refusal(url)
    expect(error).toBeInstanceOf(kind)
    expect(error.message).toBe(message(url))
  })

  it('a certificate of another machine is not taken on trust', async () => {
    const { message } = await refusal('https://no-such-host.invalid')
    expect(message).toMatch(/^no CloudFront answers at https:\/\/no-such-host\.invalid \(getaddrinfo /)
  })
})
