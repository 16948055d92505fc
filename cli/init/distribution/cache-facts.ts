/** What a behaviour caches by, whether a policy says it or, as in older distributions, the behaviour itself. */
import type { CachePolicyConfig } from '@aws-sdk/client-cloudfront'
import type { CloudFrontBehaviour } from '../../../deploy/attach/behaviours.ts'

export type Names = { kind: 'all' } | { kind: 'some'; names: string[] } | { kind: 'all-but'; names: string[] }

/** Times in seconds. */
export type CacheFacts = { min: number; usual: number; max: number; query: Names; headers: Names; cookies: Names }

/** CloudFront API Reference, CachePolicyConfig: DefaultTTL and MaxTTL where they are not given. */
const USUAL_SECONDS = 86_400
const MOST_SECONDS = 31_536_000

export function cacheFacts(behaviour: CloudFrontBehaviour, policy: CachePolicyConfig | undefined): CacheFacts {
  return policy ? ofPolicy(policy) : ofBehaviour(behaviour)
}

function ofPolicy({ MinTTL, DefaultTTL, MaxTTL, ParametersInCacheKeyAndForwardedToOrigin: key }: CachePolicyConfig) {
  const { QueryStringsConfig: query, HeadersConfig: headers, CookiesConfig: cookies } = key ?? {}
  return {
    ...times(MinTTL, DefaultTTL, MaxTTL),
    query: names(query?.QueryStringBehavior, query?.QueryStrings?.Items),
    headers: names(headers?.HeaderBehavior, headers?.Headers?.Items),
    cookies: names(cookies?.CookieBehavior, cookies?.Cookies?.Items),
  }
}

function ofBehaviour({ MinTTL, DefaultTTL, MaxTTL, ForwardedValues: values }: CloudFrontBehaviour): CacheFacts {
  const listed = values?.QueryStringCacheKeys?.Items ?? []
  const query = !values?.QueryString ? 'none' : listed.length > 0 ? 'whitelist' : 'all'
  const headers = values?.Headers?.Items ?? []
  return {
    ...times(MinTTL, DefaultTTL, MaxTTL),
    query: names(query, listed),
    headers: headers.includes('*') ? { kind: 'all' } : { kind: 'some', names: headers },
    cookies: names(values?.Cookies?.Forward, values?.Cookies?.WhitelistedNames?.Items),
  }
}

/** In an order that a config takes: what CloudFront does where the least is more than the most is not documented. */
function times(min = 0, usual = USUAL_SECONDS, max = MOST_SECONDS) {
  const most = Math.max(max, min)
  return { min, usual: Math.min(Math.max(usual, min), most), max: most }
}

function names(behaviour: string | undefined, items: readonly string[] = []): Names {
  if (behaviour === 'all') return { kind: 'all' }
  if (behaviour === 'allExcept') return { kind: 'all-but', names: [...items] }
  return { kind: 'some', names: behaviour === 'whitelist' ? [...items] : [] }
}

export const isNone = (names: Names): boolean => names.kind === 'some' && names.names.length === 0

/** For comments: `all`, `all but page`, `page, term`. */
export const namesText = (found: Names): string =>
  ({
    all: () => 'all',
    'all-but': (list: string[]) => `all but ${list.join(', ')}`,
    some: (list: string[]) => list.join(', '),
  })[found.kind]('names' in found ? found.names : [])

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
] as const

/** As a person would write it: a day is 24 hours. */
export function durationOf(seconds: number): number | `${number}${'s' | 'm' | 'h' | 'd'}` {
  if (seconds === 0) return 0
  if (seconds === 86_400) return '24h'
  const [unit, size] = UNITS.find(([, size]) => seconds % size === 0) ?? (['s', 1] as const)
  return `${seconds / size}${unit}`
}
