/**
 * The URLs of a log, each spelling once: what viewer-request makes of it, step by step, so that what each rule gains can be
 * told apart.
 */
import { routeOf } from '../../edge/routes.ts'
import type { Database } from '../database.ts'
import { urlOfLog } from '../ingest/routes.ts'
import type { EdgeFunction, Keyed, LoggedUrl } from './edge-function.ts'

/** What a browser's version says of its `Accept`: a class, see `ACCEPTS`. */
const BROWSER_CLASS = `
  CASE
    WHEN regexp_matches(user_agent, '(Chrome|CriOS)(/|%2F)(8[5-9]|9[0-9]|[1-9][0-9]{2})') THEN 3
    WHEN regexp_matches(user_agent, '(Firefox|FxiOS)(/|%2F)(9[3-9]|[1-9][0-9]{2})') THEN 3
    WHEN regexp_matches(user_agent, 'Version(/|%2F)(16\\.[4-9]|1[7-9]|[2-9][0-9])[^(]*Safari') THEN 3
    WHEN regexp_matches(user_agent, 'Version(/|%2F)(1[4-6])[^(]*Safari|(Chrome|CriOS)(/|%2F)(3[2-9]|[4-8][0-9])|Firefox(/|%2F)(6[5-9]|[7-9][0-9])') THEN 1
    ELSE 0
  END`

const classOf = (text: string) =>
  `CASE WHEN ${text} LIKE '%image_avif%' OR ${text} LIKE '%image\\%2Favif%' ESCAPE '\\' THEN 3 WHEN ${text} LIKE '%image_webp%' OR ${text} LIKE '%image\\%2Fwebp%' ESCAPE '\\' THEN 1 ELSE 0 END`

/** By class, which is 1 for WebP plus 2 for AVIF. */
export const ACCEPTS = ['*/*', 'image/webp,*/*', 'image/avif,*/*', 'image/avif,image/webp,*/*'] as const

/** What the function of a config with `logs` wrote: `viewer-request/log.ts`. Logs have it URL-encoded, once or twice. */
const LOGGED_CLASS = `TRY_CAST(regexp_extract(log_data, '^[0-9]+(?: |%20|%2520)([0-3])(?: |%)', 1) AS INTEGER)`

/** How a request's class is known. `logged`: the function wrote it into the log. `served`: a format that nobody is given who does not accept it. */
export type AcceptSource = 'logged' | 'header' | 'served' | 'user-agent'

/** What a spelling is told by. */
const ASKED_COLUMNS = ['uri_stem', 'uri_query', 'accepts', 'asked_method', 'is_http'] as const

/** The columns of `spellings` that say what is one object: then, and with more and more of the rules. */
export const OBJECTS = ['before', 'sorted', 'trimmed', 'sized', 'keyed'] as const

/**
 * `classified`: what a replay takes of the requests, with the class of their `Accept` and where it comes from. A viewer that
 * was given WebP takes it, and AVIF if its user agent does.
 * @param pops so many edge locations in the place of those in the log
 */
export const classifiedSql = (pops?: number): string => `
  CREATE TABLE classified AS
  WITH given AS (
    SELECT *, CASE WHEN content_type IN ('image/avif', 'image/webp') AND NOT ends_with(lower(uri_stem), '.' || substr(content_type, 7)) THEN content_type END AS negotiated,
      ${LOGGED_CLASS} AS by_function,
      CASE WHEN log_data IS NULL AND accept IS NULL THEN ${BROWSER_CLASS} ELSE 0 END AS by_agent
    FROM requests
  )
  SELECT *, hash(${ASKED_COLUMNS.join(', ')}) AS asked_hash FROM (SELECT time, arrival, uri_stem, uri_query, status, coalesce(bytes, 0) AS bytes,
    ${pops === undefined ? "coalesce(edge_location, 'unknown')" : `CAST(hash(client_ip) % ${pops} AS VARCHAR)`} AS pop,
    coalesce(edge_regions.region, 'unknown') AS region,
    CASE
      WHEN by_function IS NOT NULL THEN by_function
      WHEN accept IS NOT NULL THEN ${classOf('accept')}
      WHEN negotiated = 'image/avif' THEN 3
      WHEN negotiated = 'image/webp' THEN greatest(1, by_agent)
      ELSE by_agent
    END AS accepts,
    CASE
      WHEN content_type IS NULL OR NOT starts_with(content_type, 'image/') THEN NULL
      WHEN by_function IS NOT NULL THEN 'logged'
      WHEN accept IS NOT NULL THEN 'header'
      WHEN negotiated IS NOT NULL THEN 'served'
      ELSE 'user-agent'
    END AS accept_source,
    CASE WHEN method IS NULL OR method IN ('GET', 'HEAD') THEN 'GET' ELSE method END AS asked_method,
    coalesce(protocol = 'http', false) AS is_http,
    CASE WHEN result_type IN ('Hit', 'RefreshHit') THEN 1 ELSE 0 END AS was_hit
  FROM given LEFT JOIN edge_regions ON substr(edge_location, 1, 3) = edge_regions.code)`

/** By 64 bits: of ten million spellings two are taken for one once in 300,000 logs. */
const ASKED = `
  CREATE TABLE asked AS
  SELECT CAST(row_number() OVER () AS INTEGER) AS spelling, *
  FROM (SELECT asked_hash, ${ASKED_COLUMNS.map((name) => `min(${name}) AS ${name}`).join(', ')} FROM classified GROUP BY asked_hash)`

const SPELLINGS = `
  CREATE TABLE spellings (
    spelling INTEGER, answered INTEGER, versioned INTEGER, route_number INTEGER,
    ${OBJECTS.map((name) => `${name} VARCHAR`).join(', ')},
    before_answered INTEGER, before_versioned INTEGER, before_route INTEGER
  )`

type Asked = {
  spelling: number
  uri_stem: string
  uri_query: string
  accepts: number
  asked_method: string
  is_http: boolean
}

/** Spellings that are read at a time: a bound on memory. */
const BATCH = 5_000

/** The route of what no route was found for. */
const NO_ROUTE = -1

const ANSWERED = { kind: 'answered' } as const

/**
 * Fills `spellings`: each spelling's key by the config, and what it would be with a part of the rules.
 * @param before the config that the logs were made by; undefined: path and query are the key, as they were sent
 * @returns how many there are
 */
export async function spell(
  database: Database,
  now: EdgeFunction,
  before: EdgeFunction | undefined,
  onProgress: (done: number, total: number) => void,
): Promise<number> {
  await database.run(ASKED)
  await database.run(SPELLINGS)
  const [{ count } = { count: 0 }] = await database.rows<{ count: number }>('SELECT count(*) AS count FROM asked')
  for (let from = 0; from < count; from += BATCH) {
    onProgress(from, count)
    const rows = await database.rows<Asked>(
      `SELECT * FROM asked WHERE spelling > ${from} AND spelling <= ${from + BATCH} ORDER BY spelling`,
    )
    await database.append(
      'spellings',
      rows.map((row) => spelled(row, now, before)),
    )
  }
  return count
}

function spelled(row: Asked, now: EdgeFunction, before: EdgeFunction | undefined): (string | number)[] {
  const url: LoggedUrl = {
    method: row.asked_method,
    isHttp: row.is_http,
    path: urlOfLog(row.uri_stem),
    query: urlOfLog(row.uri_query),
    accept: ACCEPTS[row.accepts] as string,
  }
  const [route, keyed] = keyedBy(now, url)
  const [routeBefore, keyedBefore] = before ? keyedBy(before, url) : [route, undefined]
  // What a viewer would get that takes no format but the common ones.
  const sized = row.accepts === 0 ? keyed : keyedBy(now, { ...url, accept: ACCEPTS[0] })[1]
  const path = keyed.kind === 'keyed' ? keyed.path : url.path
  const pairs = url.query.split('&').toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
  const known = pairs.filter((pair) => now.parameters[route]?.has(nameOf(pair)))
  return [
    row.spelling,
    Number(keyed.kind === 'answered'),
    Number(isVersioned(keyed, now.versions[route])),
    route,
    keyedBefore?.kind === 'keyed' ? keyedBefore.key : `${row.uri_stem}?${row.uri_query}`,
    `${path}?${pairs.join('&')}`,
    `${path}?${known.join('&')}`,
    sized.kind === 'keyed' ? sized.key : '',
    keyed.kind === 'keyed' ? keyed.key : '',
    Number(keyedBefore?.kind === 'answered'),
    Number(keyedBefore !== undefined && isVersioned(keyedBefore, before?.versions[routeBefore])),
    routeBefore,
  ]
}

function keyedBy(edge: EdgeFunction, url: LoggedUrl): [route: number, keyed: Keyed] {
  const routing = routeOf(url.path, edge.table)
  return typeof routing !== 'string' ? [routing.index, edge.keyOf(url, routing.index)] : [NO_ROUTE, ANSWERED]
}

const nameOf = (pair: string): string => pair.split('=', 1)[0] as string

/** What is left of a version after viewer-request is taken for one that the object bears out. */
const isVersioned = (keyed: Keyed, parameter: string | null | undefined): boolean =>
  typeof parameter === 'string' &&
  keyed.kind === 'keyed' &&
  keyed.query.split('&').some((pair) => nameOf(pair) === parameter)
