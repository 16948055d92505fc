/** What an origin-response case expects: the origin's response, under the header rules, but for what it names. */
import type { Case, Group } from './case.ts'
import { originResponseEvent, type ResponseInput } from './events.ts'
import { type Changes, expectChanged } from './lambda-case.ts'

/** What the contract config sets on every response. */
const ALWAYS = {
  'strict-transport-security': 'max-age=63072000',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-site',
  'permissions-policy': 'interest-cohort=()',
}

/** A photo of the default route, without a version and without a word of the origin on caching. */
export const PHOTO = { 'cache-control': 'public, max-age=86400', vary: 'accept' }

export const NO_VALIDATORS = ['etag', 'last-modified']

/** Of the headers in `OBJECT`, those that are of the object's body. */
export const OF_A_BODY = ['content-length', 'accept-ranges', 'etag', 'last-modified']

/** The time of the cases that are about none. */
export const NOW = Date.parse('2026-11-20T12:00:00Z')

export type ResponseRow = readonly [name: string, input: ResponseInput, expected: Changes, now?: number]

/** An image that falls back is logged; a response without a route is not about images. */
const reasonsIn = (result = ''): string[] => {
  const reason = result.split('reason=')[1]?.split(';', 1)[0]
  return reason && reason !== 'no-route' && reason !== 'extension' ? [reason] : []
}

export const responseGroup = (rule: string, rows: readonly ResponseRow[]): Group => ({
  rule: `origin-response ${rule}`,
  cases: rows.map(([name, input, expected, now = NOW]): Case => {
    const event = originResponseEvent(input)
    const before = event.Records[0]?.cf as unknown as { response: never }
    return {
      name,
      event,
      now,
      logs: reasonsIn(expected.set?.['x-rimlight']),
      check: (value) =>
        expectChanged(value, structuredClone(before.response), { ...expected, set: { ...ALWAYS, ...expected.set } }),
    }
  }),
})
