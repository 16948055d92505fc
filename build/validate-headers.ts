/** Header rules that the platform would refuse, at the trigger that would carry them out, or in a policy. */

import type { Settings } from '../bundle/settings.ts'
import { CACHE_TAG_HEADER } from '../edge/cache-tags.ts'
import { DISALLOWED_HEADERS, isListed, READ_ONLY_HEADERS, RESPONSE_HEADERS_POLICY_ITEMS } from '../edge/limits.ts'
import { type Problem, problem } from './problem.ts'
import { DEFAULT_NAMES, removedNames, responseHeaders, securityHeaderProblem } from './response-headers.ts'

/**
 * @param hasPrivate whether a route has private responses: its policy adds a `cache-control` of its own
 * @param hasTags whether policies remove the header of cache tags
 */
export function headerProblems(headers: Settings['headers'], hasPrivate: boolean, hasTags = false): Problem[] {
  const { dropRequest, dropResponse, setResponse } = headers
  const found: Problem[] = []
  const add = (at: string, expected: string, value: unknown) => found.push(problem(`headers.${at}`, expected, value))

  dropRequest.forEach((name, i) => {
    if (READ_ONLY_HEADERS['viewer-request'].includes(name)) {
      add(`dropRequest[${i}]`, 'a header that viewer-request may remove (this one is read-only there)', name)
    } else if (name === 'cookie') {
      add(
        `dropRequest[${i}]`,
        "no cookie: it is removed on every cached route, and 'never' routes are passed through",
        name,
      )
    }
  })
  dropResponse.forEach((name, i) => {
    if (hasTags && isListed(CACHE_TAG_HEADER, [name])) {
      add(`dropResponse[${i}]`, 'no cache-tag: cacheTags is for CloudFront to read it, and keeps it from viewers', name)
    } else if (READ_ONLY_HEADERS['origin-response'].some((header) => isListed(header, [name]))) {
      add(`dropResponse[${i}]`, 'a header that origin-response may remove (this one is read-only there)', name)
    } else if (isListed(name, UNREMOVABLE_HEADERS) || UNSETTABLE_HEADERS.some((header) => isListed(header, [name]))) {
      add(`dropResponse[${i}]`, 'a header that a response can do without, and a policy may remove', name)
    }
  })
  for (const [name, value] of Object.entries(setResponse)) {
    if (value === null) {
      const expected = `a value, or null for one of the defaults ${DEFAULT_NAMES.join(', ')}`
      if (!DEFAULT_NAMES.includes(name)) add(`setResponse.${name}`, expected, value)
    } else if (name.startsWith('access-control-')) {
      add(`setResponse.${name}`, CORS_HEADER, value)
    } else if (
      isListed(name, DISALLOWED_HEADERS) ||
      READ_ONLY_HEADERS['origin-response'].includes(name) ||
      UNSETTABLE_HEADERS.includes(name) ||
      (hasTags && name === CACHE_TAG_HEADER) ||
      name.startsWith('x-rimlight')
    ) {
      add(`setResponse.${name}`, 'a header that a function may add to a response', value)
    } else {
      const expected = securityHeaderProblem(name, value)
      if (expected) add(`setResponse.${name}`, expected, value)
    }
  }
  const added = responseHeaders(headers).filter(({ isSecurity }) => !isSecurity)
  const room = RESPONSE_HEADERS_POLICY_ITEMS - (hasPrivate ? 1 : 0)
  if (added.length > room) {
    const quota = hasPrivate ? "CloudFront's quota, less one that private routes need" : "CloudFront's quota"
    add('setResponse', `at most ${room} headers in a response headers policy (${quota})`, added.length)
  }
  const removed = removedNames(dropResponse)
  const places = RESPONSE_HEADERS_POLICY_ITEMS - (hasTags ? 1 : 0)
  if (removed.length > places) {
    const quota = hasTags ? "CloudFront's quota, less one for cacheTags" : "CloudFront's quota"
    add('dropResponse', `at most ${places} headers in a response headers policy (${quota})`, removed.length)
  }
  return found
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
