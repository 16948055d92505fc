/** The subject of `npm run bench:lambda` at viewer-request: a site whose tokens are RS256, and a request with a good one. */
import { type KeyObject, verify } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { checkConfig } from '../../build/config.ts'
import { makeSite } from '../../build/site.ts'
import type { Settings } from '../../bundle/settings.ts'
import { viewerLambdaEvent } from '../contract/events.ts'
import { jwkOf, keyPair, signedBy } from '../contract/signers.ts'
import { CLAIMS, part } from '../contract/tokens.ts'
import { inTurns, median, ratioOf } from './measure.ts'

export type ViewerLambda = {
  settings: Settings
  event: object
  bytes: number
  limit: number
  token: string
  publicKey: KeyObject
}

export async function viewerLambda(): Promise<ViewerLambda> {
  const pair = keyPair('RS256')
  const settings = checkConfig(
    {
      domains: ['cdn.example.com'],
      origins: { api: { domain: 'api.example.com' } },
      routes: [
        {
          path: '/*',
          origin: 'api',
          cache: {},
          auth: {
            type: 'jwt',
            algorithms: ['RS256'],
            jwks: { keys: [jwkOf(pair, { kid: 'a' })] },
            issuer: CLAIMS.iss,
            audience: CLAIMS.aud,
            path: 'paths',
          },
        },
      ],
    },
    'the benchmark config',
  )
  const signed = `${part({ alg: 'RS256', typ: 'JWT', kid: 'a' })}.${part({ ...CLAIMS, paths: ['/photos/1/'] })}`
  const token = `${signed}.${signedBy('RS256', pair.privateKey, signed)}`
  const event = viewerLambdaEvent({ uri: '/photos/1/a.jpg', headers: { Authorization: `Bearer ${token}` } })
  const artefact = (await makeSite(settings)).manifest.artefacts['viewer-request-lambda']
  if (!artefact) throw new Error('the site has no viewer-request.zip')
  return { settings, event, token, publicKey: pair.publicKey, bytes: artefact.bytes, limit: artefact.limit }
}

const TURNS = 40
const CALLS = 500

/** Microseconds a call; each has the event anew, as Lambda's runtime parses it for each. */
export async function warmVerification(
  file: string,
  { event, token, publicKey }: ViewerLambda,
): Promise<{ ours: number; bare: number; ratio: number }> {
  const { handler } = (await import(pathToFileURL(file).href)).default
  const text = JSON.stringify(event)
  const [head, body, signature] = token.split('.') as [string, string, string]
  const timed = async (call: () => unknown): Promise<number> => {
    const start = process.hrtime.bigint()
    for (let i = 0; i < CALLS; i += 1) await call()
    return Number(process.hrtime.bigint() - start) / 1_000 / CALLS
  }
  const bare = () =>
    verify('sha256', Buffer.from(`${head}.${body}`), publicKey, Buffer.from(signature, 'base64url')) || fail()
  const ours = async () => 'uri' in (await handler(JSON.parse(text))) || fail()
  const times = await inTurns({ ours: () => timed(ours), bare: () => timed(bare) }, TURNS)
  return { ours: median(times.ours), bare: median(times.bare), ratio: ratioOf(times.ours, times.bare) }
}

function fail(): never {
  throw new Error('the token is refused')
}
