/** What a viewer-request case expects: the same request but for what it names, or a response. */
import { expect } from 'vitest'
import type { Case, Group } from './case.ts'
import { type ViewerInput, viewerEvent } from './events.ts'

export type ViewerExpectation =
  | { kind: 'passed'; uri?: string; query?: string; gone?: string[] }
  /** As `passed`, on a `never` route: query and cookies as received. */
  | { kind: 'untouched'; gone?: string[] }
  | { kind: 'answered'; status: number; headers: Record<string, string> }

/** On a cached route: cookies are gone, the query is this one, everything else as it was. */
export const passed = (expected: { uri?: string; query?: string; gone?: string[] } = {}): ViewerExpectation => ({
  kind: 'passed',
  ...expected,
})

export const keyed = (query: string): ViewerExpectation => passed({ query })

export const untouched = (...gone: string[]): ViewerExpectation => ({ kind: 'untouched', gone })

export const answered = (status: number, headers: Record<string, string>): ViewerExpectation => ({
  kind: 'answered',
  status,
  headers,
})

export const refused = answered(400, { 'cache-control': 'no-store' })

const RAW_QUERY_SKIP = 'events reach the engine as JSON, which holds no rawQueryString()'

export type ViewerRow = readonly [name: string, input: ViewerInput, expected: ViewerExpectation]

export const viewerGroup = (rule: string, rows: readonly ViewerRow[]): Group => ({
  rule: `viewer-request ${rule}`,
  cases: rows.map((row) => viewerCase(...row)),
})

function viewerCase(name: string, input: ViewerInput, expected: ViewerExpectation): Case {
  const event = viewerEvent(input)
  return {
    name,
    event,
    check: (value) => expect(value).toEqual(wanted(event, expected)),
    ...(input.rawQuery === undefined ? {} : { skips: { njs: RAW_QUERY_SKIP, workerd: RAW_QUERY_SKIP } }),
  }
}

function wanted({ request }: ReturnType<typeof viewerEvent>, expected: ViewerExpectation): unknown {
  if (expected.kind === 'answered') {
    const headers = Object.entries(expected.headers).map(([name, value]) => [name, { value }])
    return { statusCode: expected.status, headers: Object.fromEntries(headers) }
  }
  const { rawQueryString: _, ...before } = JSON.parse(JSON.stringify(request))
  const headers = Object.entries(before.headers).filter(([name]) => !expected.gone?.includes(name))
  const after = { ...before, headers: Object.fromEntries(headers) }
  if (expected.kind === 'untouched') return after
  return { ...after, uri: expected.uri ?? before.uri, querystring: expected.query ?? '', cookies: {} }
}
