/** What there is to check: the routes of a bundle with the policies that their behaviours have to have. */
import { randomBytes } from 'node:crypto'
import { Failure } from '../../base/errors.ts'
import {
  type Behaviour,
  type CachePolicy,
  failoverOf,
  type Policies,
  type ResponseHeadersPolicy,
} from '../../bundle/policies.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import type { RouteSettings, Settings } from '../../bundle/settings.ts'
import { isListed } from '../../edge/limits.ts'
import { patternOf } from '../../edge/patterns.ts'
import type { Answer } from './http.ts'

/** One route. */
export type CheckTarget = {
  route: RouteSettings
  behaviour: Behaviour
  cachePolicy: CachePolicy
  responseHeaders: ResponseHeadersPolicy
  kind: 'bucket' | 'api'
  /** What its origin has in the config, in words: `Origin Shield in eu-west-1`. */
  originSettings: readonly string[]
  isCached: boolean
  headers: Settings['headers']
  domains: readonly string[]
  /** Whether all but the first of them are redirected to that. */
  canonicalHost: boolean
  /** Whether a path's first match is this route. */
  takes(path: string): boolean
  /** Whether a path's first match, read without its escapes, is another route than with them. */
  isAmbiguous(path: string): boolean
  /** A private route for which no grant was given. */
  isClosed: boolean
  /** What was named for it, as it was found. */
  objects: readonly KnownObject[]
}

export type KnownObject = {
  path: string
  /** Raw pairs that stay on every request for it. */
  query: readonly string[]
  /** To a plain GET, with a version of its own where the route has versions. */
  answer: Answer
}

/** @throws Failure if the policies name one that is not there */
export function checkTargets({
  policies,
  settings,
  folder,
}: Pick<BuiltBundle, 'policies' | 'settings' | 'folder'>): CheckTarget[] {
  const patterns = settings.routes.map(({ path }) => patternOf(path))
  const firstMatch = (path: string) => patterns.findIndex((pattern) => pattern.test(path))
  return settings.routes.map((configured, index) => {
    const route = asBuilt(configured)
    const behaviour = policies.behaviours[index] as Behaviour
    return {
      route,
      behaviour,
      cachePolicy: named(policies.cachePolicies, behaviour.cachePolicy, folder),
      responseHeaders: named(policies.responseHeadersPolicies, behaviour.responseHeadersPolicy, folder),
      kind: policies.origins[behaviour.origin]?.s3 ? 'bucket' : 'api',
      originSettings: originSettingsOf(behaviour, policies),
      isCached: route.cache !== 'never',
      headers: settings.headers,
      domains: policies.domains,
      canonicalHost: settings.canonicalHost,
      takes: (path) => firstMatch(path) === index,
      isAmbiguous: (path) => firstMatch(path) !== firstMatch(unescaped(path)),
      isClosed: false,
      objects: [],
    }
  })
}

function originSettingsOf(behaviour: Behaviour, policies: Policies): string[] {
  const { shield, headers = [], s3 } = policies.origins[behaviour.origin] ?? {}
  const failover = failoverOf(behaviour, policies)
  const isShielded = shield !== undefined && (!s3 || behaviour.originAccessControl)
  return [
    ...(failover ? [`failover to ${failover.origin}`] : []),
    ...(isShielded ? [`Origin Shield in ${shield}`] : []),
    ...headers.map((name) => `the header ${name}`),
  ]
}

/** Where the query is signed, no format is negotiated: the function adds nothing to it. */
const asBuilt = (route: RouteSettings): RouteSettings =>
  route.images && route.auth?.type === 'signed' ? { ...route, images: { ...route.images, formats: [] } } : route

function named<Policy extends { Name: string }>(policies: readonly Policy[], name: string, folder: string): Policy {
  const found = policies.find(({ Name }) => Name === name)
  if (found) return found
  throw new Failure(`${folder}/policies.json: a behaviour names the policy ${name}, which is not there; build again`, {
    code: 'unknown-policy',
    expected: `the policy ${name}`,
    found: 'none of that name',
  })
}

const unescaped = (path: string): string =>
  path.replace(/%([2-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))

export const isCachedBucket = ({ kind, isCached }: CheckTarget): boolean => kind === 'bucket' && isCached

export const isPrivateRoute = ({ route }: CheckTarget): boolean => route.auth !== null

/** Whether a function of ours refuses, not CloudFront itself. */
export const isVerifiedHere = ({ route }: CheckTarget): boolean => route.auth?.type === 'jwt'

/** Whether Lambda@Edge is at viewer-request, in the place of the CloudFront Function. */
export const hasViewerLambda = ({ behaviour }: CheckTarget): boolean => behaviour.viewerRequest === 'lambda'

/** What `x-cache` says of an answer that was made at viewer-request. */
export const madeAtViewerRequest = (target: CheckTarget): string =>
  hasViewerLambda(target) ? 'LambdaGeneratedResponse' : 'FunctionGeneratedResponse'

/** Whether the config leaves this header in responses. */
export const isShown = ({ headers }: CheckTarget, name: string): boolean => !isListed(name, headers.dropResponse)

/**
 * A text that no request has had before. It is neither a number nor a hash, so that no object bears it out as a
 * version.
 */
export const freshText = (): string => `rl${randomBytes(6).toString('hex')}`

const NAME = 'rimlight-verify-'

/**
 * A path of this route that no object is at: beside the known one, else from the pattern. `undefined`: every path that
 * there is to make belongs to another route.
 */
export function madeUpPath({ route, takes, objects }: CheckTarget): string | undefined {
  const name = `${NAME}${freshText()}`
  const [known] = objects
  const beside = known?.path.replace(/[^/]*?(\.[A-Za-z0-9]+)?$/, (_, extension = '') => `${name}${extension}`)
  const last = route.path.lastIndexOf('*')
  const filled = last < 0 ? undefined : `${route.path.slice(0, last)}${name}${route.path.slice(last + 1)}`
  const fromPattern = filled?.replace(/[*?]/g, 'x')
  return [beside, fromPattern].find((path) => path?.startsWith('/') && takes(path))
}

/** A made-up path that the function refuses: it has a control character. */
export const malformedPath = (target: CheckTarget): string | undefined => withinName(target, '%01')

/** A made-up path with a text in its name. */
export const withinName = (target: CheckTarget, text: string): string | undefined =>
  madeUpPath(target)?.replace(NAME, (name) => `${name}${text}`)

/** Any path of this route: a made-up one, a known one, or the pattern where it is a path. */
export const anyPath = (target: CheckTarget): string | undefined =>
  madeUpPath(target) ??
  target.objects[0]?.path ??
  (target.takes(target.route.path) && !/[*?]/.test(target.route.path) ? target.route.path : undefined)

export const NO_OTHER_PATH = 'its pattern leaves no path that could be made up'

/** `bucket photos, cached for 86400 s, images`. */
export function aboutTarget({ route, behaviour, kind }: CheckTarget): string {
  const kept = route.cache === 'never' ? 'never cached' : `cached for ${route.cache.default} s`
  const guard = route.auth ? [`private (${route.auth.type})`] : []
  return [`${kind} ${behaviour.origin}`, kept, ...(route.images ? ['images'] : []), ...guard].join(', ')
}
