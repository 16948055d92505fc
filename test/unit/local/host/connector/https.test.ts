import https from 'node:https'
import net from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { certificateFor } from '../../../../../local/listeners/certificate.ts'
import { bodyOf, connect, connector, listening } from './fixture.ts'

describe('over HTTPS', () => {
  async function secureOrigin(host?: string) {
    const { key, cert } = await certificateFor([])
    const server = https.createServer({ key, cert }, (request, response) => response.end(request.headers.host))
    return { cert, url: (await listening(server, host)).replace('http:', 'https:') }
  }

  it('with a certificate that is trusted, whatever Host says', async () => {
    const { cert, url } = await secureOrigin()
    const response = await connector({ ca: cert }).connect(url)
    expect(response.kind === 'response' && (await bodyOf(response))).toBe('photos.example.com')
  })

  it('a body is sent whole by the attempt that gets through', async () => {
    const { key, cert } = await certificateFor([])
    const secure = https.createServer({ key, cert }, async (request, response) => response.end(await buffer(request)))
    let connections = 0
    const server = net.createServer((socket) => {
      connections += 1
      if (connections === 1) socket.once('data', () => socket.resetAndDestroy())
      else secure.emit('connection', socket)
    })
    const url = (await listening(server)).replace('http:', 'https:')
    const body = Readable.from(['a', 'b', 'c'], { objectMode: false })
    const response = await connector({ ca: cert }).connect(url, { method: 'POST', body })
    expect(response.kind === 'response' && (await bodyOf(response))).toBe('abc')
    expect(connections).toBe(2)
  })

  it('a self-signed certificate that is not: 502, once', async () => {
    const { url } = await secureOrigin()
    expect(await connect(url)).toEqual({
      kind: 'failed',
      status: 502,
      detailedResultType: 'OriginConnectError',
      reason: `${url} showed a certificate that CloudFront would not trust: self-signed certificate (NODE_EXTRA_CA_CERTS names a file of certificates to trust)`,
    })
  })

  it.runIf(process.platform === 'linux')('a certificate for another name: 502', async () => {
    const { cert, url } = await secureOrigin('127.0.0.2')
    expect(await connector({ ca: cert }).connect(url)).toMatchObject({
      status: 502,
      reason: expect.stringMatching(
        /would not trust: Hostname\/IP does not match certificate's altnames: IP: 127\.0\.0\.2 /,
      ),
    })
  })
})
