/** A site with every kind of route, its bucket and its API, for `rimlight verify`. */
import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Manifest } from '../../bundle/manifest.ts'
import type {
  Behaviour,
  CachePolicy,
  OriginRequestPolicy,
  Policies,
  ResponseHeadersPolicy,
} from '../../bundle/policies.ts'
import type { Report } from '../../deploy/verify/results.ts'
import type { Config } from '../../edge/config.ts'
import type { Trigger } from '../../edge/limits.ts'
import { photo } from '../images/pictures.ts'
import { temporaryFolder, writeZip } from '../unit/local/fixture.ts'
import { openOrigin, type ScriptedOrigin } from './origin.ts'

export const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' }, api: { domain: 'api.example.com' } },
  routes: [
    { path: '/drafts/*', origin: 'photos', cache: 'never' },
    { path: '/session/*', origin: 'api', cache: 'never' },
    {
      path: '/api/*',
      origin: 'api',
      cache: { default: '60s' },
      query: ['page', 'term', 'q', 'ids[]'],
      headers: ['authorization'],
      cors: { origins: '*' },
    },
    // Lives for so short a time that it can be waited for.
    { path: '/brief/*', origin: 'photos', cache: { default: '1s' }, missing: '1s' },
    {
      path: '/static/*',
      origin: 'photos',
      cache: { default: '365d' },
      query: ['theme'],
      cors: {
        origins: ['https://*.example.com', 'https://example.org'],
        credentials: true,
        exposeHeaders: ['x-rimlight'],
        maxAge: '1h',
      },
    },
    {
      path: '/*',
      origin: 'photos',
      cache: { default: '24h' },
      images: { formats: ['avif', 'webp'], widths: [32, 64, 640], qualities: [50, 80] },
      cors: { origins: '*' },
    },
  ],
}

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">${'<path d="M0 0h9v9H0z"/>'.repeat(80)}</svg>`
const JSON_TEXT = JSON.stringify(Array.from({ length: 200 }, (_, i) => ({ id: i, name: `number ${i}` })))

/** One object at least for each route. */
export const OBJECTS = [
  '/drafts/plan.json',
  '/session/me',
  '/api/items?page=1',
  '/brief/news.json',
  '/brief/mark.svg',
  '/static/site.json',
  '/static/mark.svg',
  '/photos/dusk.jpg',
  '/drawings/mark.svg',
]

export const objectOptions = OBJECTS.flatMap((object) => ['--object', object])

export async function bucketFolder(): Promise<string> {
  const folder = await temporaryFolder()
  const write = async (path: string, content: string | Buffer) => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  for (const path of OBJECTS) {
    if (path.endsWith('.svg')) await write(path, SVG)
    if (path.endsWith('.json')) await write(path, JSON_TEXT)
  }
  await write('photos/dusk.jpg', await photo(480, 320).jpeg().toBuffer())
  return folder
}

export const openApi = (): Promise<ScriptedOrigin> =>
  openOrigin((_, response) => {
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(JSON_TEXT),
      server: 'api',
    })
    response.end(JSON_TEXT)
  })

/** What is wrong with a bundle; without a change, a part is as it was built. */
export type Fault = {
  policies?(policies: Policies): void
  /** Code in a trigger's place. */
  code?: Partial<Record<Trigger, string>>
  /** What the bundle has not. */
  without?: 'viewer-request-lambda'
}

/** A copy of a bundle with a fault, whole as far as its manifest tells. */
export async function faulty(dist: string, { policies: change, code = {}, without }: Fault): Promise<string> {
  const folder = await temporaryFolder()
  await cp(dist, folder, { recursive: true })
  const read = async <T>(name: string): Promise<T> => JSON.parse(await readFile(join(folder, name), 'utf8'))
  if (change) {
    const policies = await read<Policies>('policies.json')
    change(policies)
    await writeFile(join(folder, 'policies.json'), JSON.stringify(policies))
  }
  const manifest = await read<Manifest>('manifest.json')
  if (without) delete manifest.artefacts[without]
  for (const [trigger, text] of Object.entries(code) as [Trigger, string][]) {
    const artefact = manifest.artefacts[trigger]
    const path = join(folder, artefact.file)
    if (artefact.kind === 'function') await writeFile(path, text)
    else await writeZip(path, { 'index.js': text })
    artefact.sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
  }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest))
  return folder
}

/** As if there were no function at the trigger. */
export const NO_FUNCTION: Record<Trigger, string> = {
  'viewer-request': 'function handler(event) { return event.request }',
  'origin-request': 'exports.handler = async (event) => event.Records[0].cf.request',
  'origin-response': 'exports.handler = async (event) => event.Records[0].cf.response',
}

export const behaviourOf = ({ behaviours }: Policies, path: string): Behaviour =>
  found(behaviours, (one) => one.path === path)

/** The behaviour's own from now on: policies are shared where they are equal. */
export function cachePolicyOf(policies: Policies, path: string): CachePolicy {
  const behaviour = behaviourOf(policies, path)
  const own = structuredClone(found(policies.cachePolicies, ({ Name }) => Name === behaviour.cachePolicy))
  own.Name = behaviour.cachePolicy = `own-${path}`
  policies.cachePolicies.push(own)
  return own
}

export function responseHeadersOf(policies: Policies, path: string): ResponseHeadersPolicy {
  const behaviour = behaviourOf(policies, path)
  const own = structuredClone(
    found(policies.responseHeadersPolicies, ({ Name }) => Name === behaviour.responseHeadersPolicy),
  )
  own.Name = behaviour.responseHeadersPolicy = `own-${path}`
  policies.responseHeadersPolicies.push(own)
  return own
}

export function originRequestOf(policies: Policies, path: string): OriginRequestPolicy {
  const behaviour = behaviourOf(policies, path)
  const own = structuredClone(
    found(policies.originRequestPolicies, ({ Name }) => Name === behaviour.originRequestPolicy),
  )
  own.Name = behaviour.originRequestPolicy = `own-${path}`
  policies.originRequestPolicies.push(own)
  return own
}

function found<T>(list: readonly T[], isIt: (one: T) => boolean): T {
  const one = list.find(isIt)
  if (one === undefined) throw new Error('the bundle has no such part')
  return one
}

export const keyOf = (policies: Policies, path: string) =>
  cachePolicyOf(policies, path).ParametersInCacheKeyAndForwardedToOrigin

/** Takes a name out of what a policy keys on. */
export function unkeyed(policies: Policies, path: string, name: string): void {
  const { QueryStringsConfig: query, HeadersConfig: headers } = keyOf(policies, path)
  for (const list of [query.QueryStrings, headers.Headers]) {
    if (list?.Items) list.Items = list.Items.filter((item) => item !== name)
  }
}

/** The checks that found a difference, with the places where they did. */
export const differing = ({ checks }: Report): string[] =>
  checks.filter(({ status }) => status === 'differs').map(({ place, id }) => `${place} ${id}`)

export const statusOf = ({ checks }: Report, place: string, id: string): string | undefined =>
  checks.find((check) => check.place === place && check.id === id)?.status
