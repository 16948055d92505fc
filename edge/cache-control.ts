/** `Cache-Control` (RFC 9111, 5.2) of responses: what the origin says, held against what is known of the version. */
import type { Verdict } from './version.ts'

/** What the origin said of a response's caching; times in seconds. */
export type OriginCaching = {
  /** `Cache-Control`, all lines; empty: none. */
  cacheControl: string
  /** Seconds from now to `Expires`, below 0 where it is past; `undefined` without one. */
  expiresIn: number | undefined
  /** Seconds that it was in caches before: `Age`, which every later cache takes off its lifetime (RFC 9111, 4.2.3). */
  age: number
}

/** `validators`: whether `etag` and `last-modified` may stay, and with them a later 304. */
export type Caching = { cacheControl: string; validators: 'kept' | 'dropped' }

export const IMMUTABLE = 'public, max-age=31536000, immutable'
export const NO_STORE = 'no-store'

/** How long a response may be cached that is expected to change soon, in seconds. */
const UNSETTLED_SECONDS = 30
const TRANSIENT_SECONDS = 60
const MISSING_VERSION_SECONDS = 10

export const publicFor = (seconds: number): string => `public, max-age=${seconds}`

/** How long it may be cached that an object is missing; where a version was asked for, that is probably on its way. */
export const missingCaching = (missing: number, isVersioned: boolean): string =>
  publicFor(isVersioned ? Math.min(missing, MISSING_VERSION_SECONDS) : missing)

/**
 * How long a 200, 206 or 304 of a cached route may be cached.
 * @param usual the route's default TTL, in seconds
 * @param isOurs whether the origin is a bucket, whose objects are the same for everybody; only an API itself knows which of
 * its responses are `public` (RFC 9111, 3.5)
 */
export function cachingOf(verdict: Verdict, origin: OriginCaching, usual: number, isOurs: boolean): Caching {
  const kept = (cacheControl: string): Caching => ({ cacheControl, validators: 'kept' })
  if (isPrivate(origin.cacheControl)) return kept(origin.cacheControl)
  if (verdict === 'verified') return kept(IMMUTABLE)
  if (verdict === 'unsettled') return { cacheControl: publicFor(UNSETTLED_SECONDS), validators: 'dropped' }
  if (origin.cacheControl === '') {
    const lifetime = lifetimeWithout(origin, usual)
    return kept(isOurs ? publicFor(lifetime) : `max-age=${lifetime}`)
  }
  return kept(verdict === 'unknown' ? capped(origin, usual) : readable(origin.cacheControl))
}

/** `caching` for a response that is expected to be better soon: a minute at most, and no validators. */
export const transientCaching = (caching: Caching): Caching => ({
  cacheControl: isPrivate(caching.cacheControl) ? caching.cacheControl : shortened(caching.cacheControl),
  validators: 'dropped',
})

const shortened = (cacheControl: string): string => {
  const short = capped({ cacheControl, expiresIn: undefined, age: 0 }, TRANSIENT_SECONDS)
  return directivesOf(short).some(({ name }) => name === 'public') ? short : `public, ${short}`
}

/** `private`, `no-store` and `no-cache`, with field names or without: the origin's word always stands. */
export const isPrivate = (cacheControl: string): boolean =>
  directivesOf(cacheControl).some(({ name }) => name === 'private' || name === 'no-store' || name === 'no-cache')

/** RFC 9111, 3.5: whether a shared cache may keep what a request with `authorization` was answered with. */
export const isSharedDespiteAuthorization = (cacheControl: string): boolean =>
  directivesOf(cacheControl).some(({ name }) => name === 'public' || name === 's-maxage' || name === 'must-revalidate')

/**
 * The lifetime where `Cache-Control` states none: until `Expires`, but no longer than the route's default from now. An `expiresIn`
 * that is `NaN` makes it 0: stale.
 */
function lifetimeWithout({ expiresIn = Number.POSITIVE_INFINITY, age }: OriginCaching, usual: number): number {
  const left = Math.min(expiresIn, usual)
  return left > 0 ? left + age : 0
}

/** RFC 9111, 5.2.2.6: whoever passes the response on must not change its body. */
export const forbidsTransforming = (cacheControl: string): boolean =>
  directivesOf(cacheControl).some(({ name }) => name === 'no-transform')

/** What a `never` route's response says, which CloudFront does not cache: only the viewer's own cache may keep it. */
export const madePrivate = (cacheControl: string): string => {
  const kept = directivesOf(cacheControl).filter(({ name }) => name !== 'public' && name !== 's-maxage')
  return ['private', ...kept.map(({ text }) => text)].join(', ')
}

/** Seconds that a shared cache may keep a response: RFC 9111, 4.2.1, without `Expires`; `undefined`: not stated. */
export function sharedLifetime(cacheControl: string): number | undefined {
  const directives = directivesOf(cacheControl)
  const stated = (wanted: string) => directives.find(({ name }) => name === wanted)
  const lifetime = stated('s-maxage') ?? stated('max-age')
  return lifetime && secondsOf(lifetime.value)
}

/**
 * Seconds that browsers and CloudFront may both keep a response, where one header has to say it to both: the shorter of `max-age`
 * and `s-maxage`; 0 where neither is stated or one can't be read.
 */
export function commonLifetime(cacheControl: string): number {
  const stated = directivesOf(cacheControl).filter(({ name }) => name === 'max-age' || name === 's-maxage')
  return stated.length === 0 ? 0 : Math.min(...stated.map(({ value }) => secondsOf(value))) || 0
}

const LIFETIMES = ['max-age', 's-maxage', 'stale-while-revalidate', 'stale-if-error']

/**
 * RFC 9111, 1.2.2 and 5.2: digits alone, without quotes; `NaN` for anything else, which is no permission to keep a response:
 * 4.2.1, where it is stale.
 */
const secondsOf = (value: string): number => (/^\d+$/.test(value) ? Number(value) : Number.NaN)

/** A lifetime of at most so many seconds, 0 for one that can't be read; any other directive as it is. */
function limited({ name, text, value }: Directive, seconds: number): string {
  const stated = secondsOf(value)
  return !LIFETIMES.includes(name) || stated <= seconds ? text : `${name}=${stated > seconds ? seconds : 0}`
}

/** Writes lifetimes that can't be read as 0. A text without any stays as it is, to the letter. */
function readable(cacheControl: string): string {
  const directives = directivesOf(cacheControl)
  const isReadable = ({ name, value }: Directive) => !LIFETIMES.includes(name) || secondsOf(value) >= 0
  return directives.every(isReadable)
    ? cacheControl
    : directives.map((directive) => limited(directive, Number.POSITIVE_INFINITY)).join(', ')
}

/**
 * The same directives without `immutable`, no lifetime longer than `seconds` from now. `max-age` and `s-maxage` count from when
 * the response was made, so its age is added to their cap: without that, a response older than the cap would be stale at once.
 */
function capped(origin: OriginCaching, seconds: number): string {
  const directives = directivesOf(origin.cacheControl).filter(({ name }) => name !== 'immutable')
  const isFromThen = ({ name }: Directive) => name === 'max-age' || name === 's-maxage'
  const texts = directives.map((one) => limited(one, isFromThen(one) ? seconds + origin.age : seconds))
  const stated = (name: string) => directives.find((directive) => directive.name === name)
  if (stated('max-age')) return texts.join(', ')
  const shared = stated('s-maxage')
  const expiresIn = shared ? secondsOf(shared.value) - origin.age : origin.expiresIn
  return [...texts, `max-age=${lifetimeWithout({ ...origin, expiresIn }, seconds)}`].join(', ')
}

type Directive = { name: string; value: string; text: string }

/** A comma inside a quoted value ends nothing; a quote that is never closed is a character like others. */
const DIRECTIVE = /(?:"(?:[^"\\]|\\.)*"|[^,])+/g

function directivesOf(cacheControl: string): Directive[] {
  const texts = (cacheControl.match(DIRECTIVE) ?? []).map((text) => text.trim()).filter((text) => text !== '')
  return texts.map((text) => {
    const [name = '', value = ''] = text.split('=', 2)
    return { name: name.trim().toLowerCase(), value: value.trim(), text }
  })
}
