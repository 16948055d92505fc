/** Header rules that the platform would refuse, at the trigger that would carry them out, or in a policy. */

import type { Settings } from '../bundle/settings.ts'
import { CACHE_TAG_HEADER } from '../edge/cache-tags.ts'
import {
  DISALLOWED_HEADERS,
  isListed,
  READ_ONLY_HEADERS,
  RESPONSE_HEADERS,
  RESPONSE_HEADERS_POLICY_ITEMS,
} from '../edge/limits.ts'
import { type Problem, problem } from './problem.ts'
import { DEFAULT_NAMES, removedNames, responseHeaders, securityHeaderProblem } from './response-headers.ts'

type HeaderSettings = Settings['headers']

/**
 * @param hasPrivate whether a route has private responses: its policy adds a `cache-control` of its own
 * @param hasTags whether policies remove the header of cache tags
 */
export const headerProblems = (headers: HeaderSettings, hasPrivate: boolean, hasTags = false): Problem[] => [
  ...headers.dropRequest.flatMap(dropRequestProblems),
  ...headers.dropResponse.flatMap((name, i) => dropResponseProblems(name, i, hasTags)),
  ...Object.entries(headers.setResponse).flatMap(([name, value]) => setResponseProblems(name, value, hasTags)),
  ...quotaProblems(headers, hasPrivate, hasTags),
]

function dropRequestProblems(name: string, i: number): Problem[] {
  const at = `headers.dropRequest[${i}]`
  if (READ_ONLY_HEADERS['viewer-request'].includes(name)) {
    return [problem(at, 'a header that viewer-request may remove (this one is read-only there)', name)]
  }
  if (name !== 'cookie') return []
  return [problem(at, "no cookie: it is removed on every cached route, and 'never' routes are passed through", name)]
}

function dropResponseProblems(name: string, i: number, hasTags: boolean): Problem[] {
  const at = `headers.dropResponse[${i}]`
  if (hasTags && isListed(CACHE_TAG_HEADER, [name])) {
    return [problem(at, 'no cache-tag: cacheTags is for CloudFront to read it, and keeps it from viewers', name)]
  }
  if (READ_ONLY_HEADERS['origin-response'].some((header) => isListed(header, [name]))) {
    return [problem(at, 'a header that origin-response may remove (this one is read-only there)', name)]
  }
  if (isListed(name, UNREMOVABLE_HEADERS) || UNSETTABLE_HEADERS.some((header) => isListed(header, [name]))) {
    return [problem(at, 'a header that a response can do without, and a policy may remove', name)]
  }
  return []
}

function setResponseProblems(name: string, value: string | null, hasTags: boolean): Problem[] {
  const at = `headers.setResponse.${name}`
  if (name.startsWith('access-control-')) return [problem(at, CORS_HEADER, value)]
  if (value === null) {
    const expected = `a value, or null for one of the defaults ${DEFAULT_NAMES.join(', ')}`
    return DEFAULT_NAMES.includes(name) ? [] : [problem(at, expected, value)]
  }
  const isRefused =
    isListed(name, DISALLOWED_HEADERS) ||
    READ_ONLY_HEADERS['origin-response'].includes(name) ||
    UNSETTABLE_HEADERS.includes(name) ||
    (hasTags && name === CACHE_TAG_HEADER) ||
    name.startsWith('x-rimlight')
  const expected = isRefused ? 'a header that a function may add to a response' : securityHeaderProblem(name, value)
  return expected ? [problem(at, expected, value)] : lengthProblems(at, name, value)
}

function lengthProblems(at: string, name: string, value: string): Problem[] {
  const { nameCharacters, valueCharacters } = RESPONSE_HEADERS
  const over = (what: string, most: number, length: number): Problem[] =>
    length > most ? [problem(at, `${what} of at most ${most} characters (CloudFront's quota)`, length)] : []
  return [...over('a name', nameCharacters, name.length), ...over('a value', valueCharacters, value.length)]
}

/** What a response headers policy can hold. */
function quotaProblems(headers: HeaderSettings, hasPrivate: boolean, hasTags: boolean): Problem[] {
  const added = responseHeaders(headers).filter(({ isSecurity }) => !isSecurity)
  const removed = removedNames(headers.dropResponse)
  const overQuota = (field: string, count: number, reserved: number, what: string): Problem[] => {
    const most = RESPONSE_HEADERS_POLICY_ITEMS - reserved
    const quota = reserved > 0 ? `CloudFront's quota, less one ${what}` : "CloudFront's quota"
    const expected = `at most ${most} headers in a response headers policy (${quota})`
    return count > most ? [problem(`headers.${field}`, expected, count)] : []
  }
  const { allCharacters } = RESPONSE_HEADERS
  const characters = added.map(({ name, value }) => name + value).join('').length
  return [
    ...(characters > allCharacters
      ? [
          problem(
            'headers.setResponse',
            `names and values of at most ${allCharacters} characters in all (CloudFront's quota)`,
            characters,
          ),
        ]
      : []),
    ...overQuota('setResponse', added.length, hasPrivate ? 1 : 0, 'that private routes need'),
    ...overQuota('dropResponse', removed.length, hasTags ? 1 : 0, 'for cacheTags'),
  ]
}

/** Developer Guide, "Understand response headers policies": headers that one can't remove. */
const UNREMOVABLE_HEADERS = [...DISALLOWED_HEADERS, 'warning']

/** A policy has fields of its own for these: CloudFront API Reference, ResponseHeadersPolicyCorsConfig. */
const CORS_HEADER = "no CORS header: CloudFront refuses these among a policy's own headers; a route's `cors` sets them"

/** They describe the body or the caching of one response, and the same value for all would be wrong. */
const UNSETTABLE_HEADERS = [
  'age',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'date',
  'etag',
  'expires',
  'last-modified',
  'set-cookie',
  'vary',
]
