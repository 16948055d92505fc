/**
 * The URLs of a log, each spelling once: what viewer-request makes of it, step by step, so that what each rule gains can be
 * told apart.
 */
import { routeOf } from '../../edge/routes.ts'
import type { Database } from '../database.ts'
import { urlOfLog } from '../ingest/routes.ts'
import type { EdgeFunction, Keyed, LoggedUrl } from './edge-function.ts'
import { Numbered } from './numbered.ts'

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

/** An `Accept` for each class: 1 for WebP plus 2 for AVIF. */
const ACCEPTS = ['*/*', 'image/webp,*/*', 'image/avif,*/*', 'image/avif,image/webp,*/*'] as const

/** What the function of a config with `logs` wrote: `viewer-request/log.ts`. Logs have it URL-encoded, once or twice. */
const LOGGED_CLASS = `TRY_CAST(regexp_extract(log_data, '^[0-9]+(?: |%20|%2520)([0-3])(?: |%)', 1) AS INTEGER)`

/**
 * How a request's class of `Accept` is known. `logged`: the function wrote it into the log. `served`: the response had a format
 * that is sent only to viewers that accept it.
 */
export type AcceptSource = 'logged' | 'header' | 'served' | 'user-agent'

/** The sources in the order of their numbers in `classified`. */
export const ACCEPT_SOURCES = ['header', 'logged', 'served', 'user-agent'] as const satisfies AcceptSource[]

/** The columns that make a spelling: those of a URL, and the class of `Accept`. */
const URL_COLUMNS = 'uri_stem, uri_query, asked_method, is_http'

/** Each user agent once: the patterns above take longer than all else that is asked of a line. */
const AGENTS = `
  CREATE TABLE agents AS
  SELECT user_agent, ${BROWSER_CLASS} AS class
  FROM (SELECT DISTINCT user_agent FROM requests WHERE log_data IS NULL AND accept IS NULL AND user_agent IS NOT NULL)`

/**
 * `classified`: what a replay takes of the requests, with the class of their `Accept` and where it comes from. A viewer that
 * was given WebP takes it, and AVIF if its user agent does.
 * @param pops so many edge locations in the place of those in the log
 */
const classifiedSql = (pops?: number): string => `
  CREATE VIEW classified AS
  WITH given AS (
    SELECT requests.*, CASE WHEN content_type IN ('image/avif', 'image/webp') AND NOT ends_with(lower(uri_stem), '.' || substr(content_type, 7)) THEN content_type END AS negotiated,
      CASE WHEN log_data IS NOT NULL THEN ${LOGGED_CLASS} END AS by_function,
      CASE WHEN log_data IS NULL AND accept IS NULL THEN coalesce(agents.class, 0) ELSE 0 END AS by_agent
    FROM requests LEFT JOIN agents USING (user_agent)
  )
  SELECT *, hash(${URL_COLUMNS}, accepts) AS asked_hash FROM (SELECT time, arrival, uri_stem, uri_query, coalesce(status, 0) AS status, coalesce(bytes, 0) AS bytes,
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
      WHEN content_type IS NULL OR NOT starts_with(content_type, 'image/') THEN -1
      WHEN by_function IS NOT NULL THEN ${ACCEPT_SOURCES.indexOf('logged')}
      WHEN accept IS NOT NULL THEN ${ACCEPT_SOURCES.indexOf('header')}
      WHEN negotiated IS NOT NULL THEN ${ACCEPT_SOURCES.indexOf('served')}
      ELSE ${ACCEPT_SOURCES.indexOf('user-agent')}
    END AS accept_source,
    CASE WHEN method IS NULL OR method IN ('GET', 'HEAD') THEN 'GET' ELSE method END AS asked_method,
    coalesce(protocol = 'http', false) AS is_http,
    CASE WHEN result_type IN ('Hit', 'RefreshHit') THEN 1 ELSE 0 END AS was_hit
  FROM given LEFT JOIN edge_regions ON substr(edge_location, 1, 3) = edge_regions.code)`

/** Rows are joined to it by 64 bits: of ten million spellings two are taken for one once in 300,000 logs. */
const ASKED = `
  CREATE TABLE asked AS
  SELECT hash(${URL_COLUMNS}, accepts) AS asked_hash, *
  FROM (SELECT DISTINCT ${URL_COLUMNS}, accepts FROM classified)`

type Asked = { uriStem: string; uriQuery: string; method: string; isHttp: boolean; accepts: number }

/** What counts as one object: as it was, and then with more and more of the rules. */
export const OBJECTS = ['before', 'sorted', 'trimmed', 'sized', 'keyed'] as const

/** The route of what no route was found for. */
export const NO_ROUTE = -1

/** What is known of a spelling, with the config and before it. */
export type Sides = {
  answered: Uint8Array
  /** Its version is left in its query: it is taken for one that the object bears out. */
  versioned: Uint8Array
  routes: Int32Array
}

/** What is known of each spelling; a spelling's number is its `rowid` in `asked`. */
export type Spellings = {
  count: number
  isGet: Uint8Array
  now: Sides
  before: Sides
  objects: ByObjects<Int32Array>
  /** How many objects there are. */
  sizes: ByObjects<number>
}

/** Bytes that the arrays and `Numbered` take for each spelling. */
const BYTES_A_SPELLING = 150

const ANSWERED = { kind: 'answered' } as const

/**
 * Makes `classified` and `asked`, and sends each spelling through the rules: its key by the config, and what it would be with
 * a part of them.
 * @param before the config that the logs were made by; undefined: path and query are the key, as they were sent
 */
export async function spell(
  database: Database,
  now: EdgeFunction,
  before: EdgeFunction | undefined,
  pops: number | undefined,
  onProgress: (done: number, total: number) => void,
): Promise<Spellings> {
  await database.run(AGENTS)
  await database.run(classifiedSql(pops))
  await database.run(ASKED)
  const [{ count } = { count: 0 }] = await database.rows<{ count: number }>('SELECT count(*) AS count FROM asked')
  await database.limitMemory(count * BYTES_A_SPELLING)
  const sides = (): Sides => ({
    answered: new Uint8Array(count),
    versioned: new Uint8Array(count),
    routes: new Int32Array(count),
  })
  const spellings: Spellings = {
    count,
    isGet: new Uint8Array(count),
    now: sides(),
    before: sides(),
    objects: ofObjects(() => new Int32Array(count)),
    sizes: ofObjects(() => 0),
  }
  const numbers = ofObjects(() => new Numbered())
  const spelled = speller(now, before, numbers)
  let done = 0
  // An URL that several classes asked for comes with all of them, one after the other.
  const sql = `SELECT CAST(rowid AS INTEGER), ${URL_COLUMNS}, accepts FROM asked ORDER BY hash(${URL_COLUMNS}), accepts`
  for await (const columns of database.stream(sql)) {
    const [numbered, stems, queries, methods, https, classes] = columns as [
      ...[number[], string[], string[], string[], boolean[], number[]],
    ]
    for (let row = 0; row < numbered.length; row += 1) {
      const spelling = numbered[row] as number
      const asked: Asked = {
        uriStem: stems[row] as string,
        uriQuery: queries[row] as string,
        method: methods[row] as string,
        isHttp: https[row] as boolean,
        accepts: classes[row] as number,
      }
      const { objects, ...sides } = spelled(asked)
      spellings.isGet[spelling] = Number(asked.method === 'GET')
      for (const side of SIDES) {
        spellings[side].answered[spelling] = Number(sides[side].isAnswered)
        spellings[side].versioned[spelling] = Number(sides[side].isVersioned)
        spellings[side].routes[spelling] = sides[side].route
      }
      for (const name of OBJECTS) spellings.objects[name][spelling] = objects[name]
    }
    done += numbered.length
    onProgress(done, count)
  }
  return { ...spellings, sizes: ofObjects((name) => numbers[name].size) }
}

const SIDES = ['now', 'before'] as const

type ByObjects<Value> = Record<(typeof OBJECTS)[number], Value>

const ofObjects = <Value>(make: (name: (typeof OBJECTS)[number]) => Value) =>
  Object.fromEntries(OBJECTS.map((name) => [name, make(name)])) as ByObjects<Value>

type Side = { isAnswered: boolean; isVersioned: boolean; route: number }

/** What is known of a URL whatever its `Accept`. */
type Url = {
  sent: Omit<LoggedUrl, 'accept'>
  /** With all its parameters in their order, and with those that the route heeds. */
  sorted: string
  trimmed: string
  /** What a viewer would get that takes no format but the common ones. */
  plain: [route: number, keyed: Keyed]
}

/** One after the other; what is the same for all classes of an URL is made once. */
function speller(now: EdgeFunction, before: EdgeFunction | undefined, numbers: ByObjects<Numbered>) {
  let last: Asked | undefined
  let url: Url | undefined
  const urlOf = (asked: Asked): Url => {
    const { uriStem, uriQuery, method, isHttp } = asked
    const isSame = last?.uriStem === uriStem && last.uriQuery === uriQuery && last.method === method
    if (url && isSame && last?.isHttp === isHttp) return url
    last = asked
    const sent = { method, isHttp, path: urlOfLog(uriStem), query: urlOfLog(uriQuery) }
    const plain = keyedBy(now, { ...sent, accept: ACCEPTS[0] })
    const pairs = sent.query.split('&').toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
    const heeded = now.parameters[plain[0]]
    url = { sent, plain, sorted: pairs.join('&'), trimmed: pairs.filter((pair) => heeded?.has(nameOf(pair))).join('&') }
    return url
  }
  return (asked: Asked): { now: Side; before: Side; objects: ByObjects<number> } => {
    const { sent, plain, sorted, trimmed } = urlOf(asked)
    const accept = ACCEPTS[asked.accepts] as string
    const [route, keyed] = asked.accepts === 0 ? plain : keyedBy(now, { ...sent, accept })
    const [, sized] = plain
    const [routeBefore, keyedBefore] = before ? keyedBy(before, { ...sent, accept }) : [route, undefined]
    const path = keyed.kind === 'keyed' ? keyed.path : sent.path
    return {
      now: { isAnswered: keyed.kind === 'answered', isVersioned: isVersioned(keyed, now.versions[route]), route },
      before: {
        isAnswered: keyedBefore?.kind === 'answered',
        isVersioned: keyedBefore !== undefined && isVersioned(keyedBefore, before?.versions[routeBefore]),
        route: routeBefore,
      },
      objects: {
        before:
          keyedBefore?.kind === 'keyed'
            ? numbers.before.numberOf(keyedBefore.key)
            : numbers.before.numberOf(asked.uriStem, asked.uriQuery),
        sorted: numbers.sorted.numberOf(path, sorted),
        trimmed: numbers.trimmed.numberOf(path, trimmed),
        sized: numbers.sized.numberOf(sized.kind === 'keyed' ? sized.key : ''),
        keyed: numbers.keyed.numberOf(keyed.kind === 'keyed' ? keyed.key : ''),
      },
    }
  }
}

function keyedBy(edge: EdgeFunction, url: LoggedUrl): [route: number, keyed: Keyed] {
  const routing = routeOf(url.path, edge.table)
  return typeof routing !== 'number' ? [routing.index, edge.keyOf(url, routing.index)] : [NO_ROUTE, ANSWERED]
}

const nameOf = (pair: string): string => pair.split('=', 1)[0] as string

/** What is left of a version after viewer-request is taken for one that the object bears out. */
const isVersioned = (keyed: Keyed, parameter: string | null | undefined): boolean =>
  typeof parameter === 'string' &&
  keyed.kind === 'keyed' &&
  keyed.query.split('&').some((pair) => nameOf(pair) === parameter)
