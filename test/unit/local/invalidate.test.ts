import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterEach, describe, expect, it, test } from 'vitest'
import { certificateFor } from '../../../local/certificate.ts'
import { main } from '../../../local/invalidate.ts'
import { output } from './fixture-output.ts'

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

async function run(...args: string[]) {
  const stdout = output()
  const stderr = output()
  const code = await main(args, stdout, stderr)
  return { code, stdout: stdout.said(), stderr: stderr.said() }
}

describe('npm run invalidate', () => {
  it('asks, and says how many objects that were', async () => {
    const url = await listening(http.createServer(invalidations))
    expect(await run('/a*', '/b?v=1', '--url', url)).toEqual({
      code: 0,
      stdout: 'Removed 2 objects from the caches: /a* /b?v=1\n',
      stderr: '',
    })
    expect(asked.at(-1)).toEqual([
      'POST',
      '/__rimlight/invalidations',
      'application/json',
      { paths: ['/a*', '/b?v=1'] },
    ])
  })

  it('one object is one', async () => {
    const url = await listening(http.createServer(invalidations))
    expect((await run('/*', '--url', `${url}/any/path`)).stdout).toBe('Removed 1 object from the caches: /*\n')
  })

  it('programs get what was answered', async () => {
    const url = await listening(http.createServer(invalidations))
    const { stdout } = await run('/*', '--json', '--url', url)
    expect(JSON.parse(stdout)).toEqual({ id: 'I1', paths: ['/*'], removed: 1 })
  })

  it('over HTTPS, whatever the certificate of this machine', async () => {
    const url = await listening(https.createServer(await certificateFor([]), invalidations), 'https')
    expect(await run('/*', '--url', url)).toMatchObject({ code: 0 })
  })

  it('--help', async () => {
    const { code, stdout } = await run('--help')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Usage: npm run invalidate -- PATH… .*--url URL .*Exit code: 0 done; 1 .*; 2 /s)
  })
})

const HINT = '`npm run invalidate -- --help` says how to use it'

describe('what is wrong is said', () => {
  test.each<[string, string[], string]>([
    ['no paths', [], `expected paths such as '/photos/*', found none; ${HINT}`],
    ['no slash', ['photos/*'], 'expected a path that begins with a slash, such as /photos/*, found "photos/*"'],
    ['a star in the middle', ['/a*b'], 'expected a * at the end of the path alone, such as /photos/*, found "/a*b"'],
    [
      'all of them',
      ['a', 'b'],
      ['a', 'b']
        .map((path) => `expected a path that begins with a slash, such as /photos/*, found "${path}"`)
        .join('\n'),
    ],
    ['no URL', ['/a', '--url', 'localhost'], '--url: expected a URL such as https://localhost:8443, found "localhost"'],
    [
      'another scheme',
      ['/a', '--url', 'ftp://a'],
      '--url: expected a URL such as https://localhost:8443, found "ftp://a"',
    ],
  ])('%s: 2', async (_, args, message) => {
    expect(await run(...args)).toEqual({ code: 2, stdout: '', stderr: `${message}\n` })
  })

  it('an unknown option: 2', async () => {
    const { code, stderr } = await run('--all')
    expect(code).toBe(2)
    expect(stderr).toMatch(new RegExp(`^Unknown option '--all'.*${HINT}\n$`, 's'))
  })

  it('nobody there: 1', async () => {
    const server = http.createServer()
    const url = await listening(server)
    server.close()
    await once(server, 'close')
    const { code, stderr } = await run('/a', '--url', url)
    expect(code).toBe(1)
    expect(stderr).toBe(
      `no CloudFront answers at ${url} (connect ECONNREFUSED ${url.slice('http://'.length)}); \`npm start\` runs one, --url names another\n`,
    )
  })

  test.each<[string, number, string, number, (url: string) => string]>([
    [
      'somebody else',
      404,
      '<h1>Not found</h1>',
      1,
      (url) => `${url} answered with 404: what runs there is not started by \`npm start\``,
    ],
    [
      'somebody else who is glad',
      200,
      '{}',
      1,
      (url) => `${url} answered with 200: what runs there is not started by \`npm start\``,
    ],
    ['a path that it refuses', 400, '{"error":"expected a path"}', 2, () => 'expected a path'],
    [
      'one that is still starting',
      503,
      '{"error":"CloudFront is still starting"}',
      1,
      (url) => `${url} did not do it: CloudFront is still starting`,
    ],
  ])('%s: %d', async (_, status, body, code, message) => {
    const url = await listening(http.createServer((_, response) => response.writeHead(status).end(body)))
    expect(await run('/a', '--url', url)).toEqual({ code, stdout: '', stderr: `${message(url)}\n` })
  })

  it('a certificate of another machine is not taken on trust', async () => {
    const { stderr, code } = await run('/a', '--url', 'https://no-such-host.invalid')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^no CloudFront answers at https:\/\/no-such-host\.invalid \(getaddrinfo /)
  })
})
