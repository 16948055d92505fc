import { MOST_SLASHES } from './bounds.ts'
import { ESCAPED_KEY_CHARACTERS, S3_KEY_BYTES } from './limits.ts'
import { NEEDS_READINGS, NEEDS_ROUTE_GROUPS } from './needed.ts'
import { asciiPath, decoded, normalizedEscapes, resolved, UNUSUAL } from './path.ts'

/** What decides a request's route: CloudFront path patterns as a regular expression. */
export type RouteTable = {
  /** All but the last one, `/*`, which takes every path that these leave: in order, each in a group. */
  first: RegExp
  /** The number of each one's group, where some have groups of their own. */
  groups?: readonly number[]
  /** The index of the last route. */
  last: number
}

/** The index of the first route whose pattern matches. Most paths take the last one, which a search tells at half the price. */
function firstMatch(table: RouteTable, path: string): number {
  if (path.search(table.first) < 0) return table.last
  const match = path.match(table.first) as RegExpMatchArray
  const group = match.indexOf(match[0], 1)
  return NEEDS_ROUTE_GROUPS && table.groups ? table.groups.indexOf(group) : group - 1
}

/** The route of a path, or the status that the path is refused with. `others`: further readings of the path that S3 may have. */
export type Routing = { index: number; canonical: string; others?: readonly string[] } | 400 | 414

/**
 * The one route of a path, however it is read. CloudFront picks the behaviour from its own reading, S3 decodes
 * every escape; a path that the readings send to different routes could slip past the rules of one of them.
 * The path is spelt three ways (escapes as they are, unreserved decoded, all decoded) and the canonical path that goes
 * on from here two; each is read as it is, and with repeated slashes merged and dot segments resolved.
 */
export function routeOf(path: string, table: RouteTable): Routing {
  if (path.search(UNUSUAL) < 0) return { index: firstMatch(table, path), canonical: path }
  const received = asciiPath(path)
  if (!received || received.length > ESCAPED_KEY_CHARACTERS) return 414
  const plain = decoded(received)
  const normal = plain && normalizedEscapes(received, plain)
  if (!normal || plain.length > S3_KEY_BYTES || plain.split('/', MOST_SLASHES + 2).length > MOST_SLASHES + 1) return 400
  const canonical = resolved(normal, false)
  const spellings = [received, plain, normal, canonical, canonical === normal ? plain : decoded(canonical)]
  const readings = spellings.concat(spellings.map((spelling) => resolved(spelling, true)))
  const index = firstMatch(table, received)
  if (!readings.every((reading, i) => readings.indexOf(reading) < i || firstMatch(table, reading) === index)) return 400
  return NEEDS_READINGS
    ? { index, canonical, others: [readings[6] as string, readings[9] as string] }
    : { index, canonical }
}
