/** The shape of the table of CloudFront's rules: each row is a story of requests, told to a distribution over sockets. */
import type { BehaviourName } from './behaviours.ts'
import type { MakeGrant } from './signing.ts'

export type Row = {
  name: string
  /** Where the rule is written: a page title of the Developer Guide, or an RFC. */
  source: string
  /** The behaviour that its path falls under. */
  at: BehaviourName
  /** The end of its path; what stands before is the row's own. */
  path?: string
  steps: Step[]
}

export type Step = {
  /** Seconds that pass before it. */
  after?: number
  /** Paths that are invalidated before it, `~` standing for the row's own. */
  invalidate?: string[]
  viewer?: Ask
  /** The same request so many times at once. */
  together?: number
  /** What the origin answers, request by request. Without it, the origin must not be asked. */
  origin?: Answer | Answer[]
  /** What the origin must be sent; null: not at all. A list: request by request. */
  sees?: Seen | Seen[]
  /** Whether the origin is asked after the viewer has its answer. */
  isBehind?: boolean
  /** As a word: what `X-Cache` says. */
  expect: Expected | string
}

/** A viewer's request; GET by HTTP/1.1 over TLS where nothing else is said. */
export type Ask = {
  method?: string
  /** Without `?`. */
  query?: string
  /** In place of the row's path. */
  target?: string
  headers?: Record<string, string | string[]>
  body?: string
  scheme?: 'https' | 'http'
  version?: '1.0' | '1.1' | '2'
  /** Signs it. */
  sign?: MakeGrant
  /** The edge location; the first where nothing else is said. */
  pop?: string
}

/**
 * An answer of the origin: 200 where nothing else is said, with a body that counts the origin's answers for the path,
 * `object 1` first. `{+60}` in a header is the date in a minute, by the distribution's clock.
 */
export type Answer = {
  status?: number
  headers?: Record<string, string | string[]>
  body?: string
  /** How the body's end is told; a length where nothing else is said. */
  framing?: 'length' | 'chunked' | 'close'
  fault?: 'reset' | 'silent' | 'cut' | 'cut-chunked'
}

export type Seen = {
  method?: string
  query?: string
  path?: string
  body?: string
  headers?: Record<string, string | RegExp | null>
}

export type Expected = {
  /** 200 where nothing else is said. */
  status?: number | number[]
  xCache?: string
  body?: string | RegExp
  /** What comes of a body that breaks off. */
  brokenBody?: string
  /** Null: not there. */
  headers?: Record<string, string | RegExp | null>
  /** Where several requests were sent at once: how often each `X-Cache`. */
  xCaches?: Record<string, number>
  /** The connection ends after it. */
  isLast?: boolean
}

/** Rows of one behaviour and one source. */
export const rows = (
  source: string,
  at: BehaviourName,
  list: Record<string, Step[] | Omit<Row, 'name' | 'source' | 'at'>>,
): Row[] =>
  Object.entries(list).map(([name, story]) => ({
    name,
    source,
    at,
    ...(Array.isArray(story) ? { steps: story } : story),
  }))
