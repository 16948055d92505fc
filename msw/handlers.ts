/**
 * `rimlight/msw`: handlers for Mock Service Worker, with which an application's tests in Node get from the CDN's host names what
 * the site would answer: redirects to HTTPS, refusals, the key that a request comes to, headers, `x-rimlight`, and, where sharp is
 * installed, the renditions themselves. The functions are those that are deployed, made of the config; there is no cache, no
 * socket and no other process. `rimlight/local` is the whole of CloudFront.
 *
 * @example
 * ```ts
 * import { setupServer } from 'msw/node'
 * import { cloudfrontHandlers } from 'rimlight/msw'
 * import config from './edge.config.ts'
 *
 * const server = setupServer(...(await cloudfrontHandlers(config, { buckets: { photos: 'test/pictures' } })))
 * server.listen()
 * const response = await fetch('https://cdn.example.com/dusk.jpg?w=640', { headers: { accept: 'image/webp' } })
 * response.headers.get('x-rimlight') // 'webp; 640x427; q=80'
 * ```
 */
import type { HttpHandler } from 'msw'
import { unexpectedInput } from '../base/errors.ts'
import { optional } from '../base/optional-package.ts'
import { checkConfig } from '../build/config.ts'
import { policiesOf } from '../build/policies.ts'
import { isS3, type Settings } from '../bundle/settings.ts'
import type { Config } from '../edge/config.ts'
import { answer } from './answer.ts'
import { type MockedBucket, mockedStore } from './objects.ts'
import { triggersOf } from './triggers.ts'

export { ConfigError } from '../build/error.ts'
export type { MockedBucket, MockedObject } from './objects.ts'

/** A request that was answered. */
export type MockedRequest = {
  method: string
  url: string
  status: number
  /** Path and query of the cache key; empty: a function answered, or the route is never cached. */
  key: string
  /** `x-rimlight` of the response; empty: it has none. */
  rimlight: string
}

export type MswOptions = {
  /** What is in the buckets, by the origin's name in the config: objects by key, or a folder. Default: nothing is. */
  buckets?: Record<string, MockedBucket>
  /**
   * Routes with `auth` let everybody in: nothing is verified here. Without it, a config with such a route is refused, so that no
   * test takes it for granted. Default: none.
   */
  grants?: 'assumed'
  /** Called after each request that was answered here. */
  onRequest?: (request: MockedRequest) => void
}

/**
 * Handlers for all `domains` of a config. A request for an API's route is answered where the function answers it (a redirect, a
 * refusal), and else left to the handlers that come after these.
 *
 * @param config as `rimlight build` takes it
 * @throws ConfigError where the config is not right, InputError (`unknown-bucket`, `needs-grants`), Failure (`package-missing`)
 *   without msw
 */
export async function cloudfrontHandlers(config: Config, options: MswOptions = {}): Promise<HttpHandler[]> {
  const { http } = await optional('rimlight/msw', ['msw'], () => import('msw'))
  const settings = openSettings(checkConfig(config, 'the config'), options)
  const stores = storesOf(settings, options.buckets ?? {})
  const site = { policies: policiesOf(settings), triggers: await triggersOf(settings, stores), stores }
  const handler = async ({ request }: { request: Request }) => {
    const answered = await answer(site, request)
    if (!answered) return undefined
    const { response, key } = answered
    options.onRequest?.({
      method: request.method,
      url: request.url,
      status: response.status,
      key,
      rimlight: response.headers.get('x-rimlight') ?? '',
    })
    return response
  }
  const hosts = settings.domains.map((domain) => domain.replaceAll('.', '\\.'))
  return [http.all(new RegExp(`^https?://(?:${hosts.join('|')})(?::\\d+)?/`, 'i'), handler)]
}

function openSettings(settings: Settings, { grants }: MswOptions): Settings {
  const closed = settings.routes.find(({ auth }) => auth !== null)
  if (!closed) return settings
  if (grants !== 'assumed') {
    const expected = "grants: 'assumed', because nothing is verified here"
    throw unexpectedInput({
      at: `the route ${closed.path} is private`,
      code: 'needs-grants',
      expected,
      found: 'none',
      remedy: 'rimlight/local verifies signatures and tokens',
    })
  }
  return { ...settings, routes: settings.routes.map((route) => ({ ...route, auth: null })) }
}

/** By bucket: several origins may have one. */
function storesOf(settings: Settings, buckets: Record<string, MockedBucket>) {
  const origins = Object.entries(settings.origins).flatMap(([name, origin]) => (isS3(origin) ? [{ name, origin }] : []))
  const names = origins.map(({ name }) => name)
  const unknown = Object.keys(buckets).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    const expected = names.length === 0 ? 'none: there is no S3 origin' : `S3 origins (${names.join(', ')})`
    throw unexpectedInput({ at: 'buckets', code: 'unknown-bucket', expected, found: unknown })
  }
  // Those that are given come last, and count.
  const ordered = origins.toSorted((a, b) => Number(a.name in buckets) - Number(b.name in buckets))
  return new Map(ordered.map(({ name, origin }) => [origin.bucket, mockedStore(name, buckets[name] ?? {})]))
}
