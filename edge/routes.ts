import { asciiOf, canonicalPath, decoded, isMalformed, isPlain, mergedAndResolved, normalizedEscapes } from './path.ts'

/** What decides a request's route; patterns are CloudFront path patterns as regular expressions. */
export type RouteTable = {
  /** In order, all but the last one, `/*`, which takes every path that these leave. */
  patterns: readonly RegExp[]
  /** What the paths of these begin with: most requests are told by one look. */
  beginnings: RegExp
  /** The index of the last route. */
  last: number
}

/** The index of the first route whose pattern matches. */
function firstMatch(table: RouteTable, path: string): number {
  if (path.search(table.beginnings) < 0) return table.last
  const index = table.patterns.findIndex((pattern) => path.search(pattern) === 0)
  return index < 0 ? table.last : index
}

export type Routing =
  | { kind: 'route'; index: number; canonical: string }
  | { kind: 'refused'; reason: 'malformed' | 'ambiguous' }

/**
 * The one route of a path, however it is read. CloudFront picks the behaviour from its own reading, S3 decodes
 * every escape; a path that the readings send to different routes could slip past the rules of one of them.
 * The path is spelt three ways (escapes as they are, unreserved decoded, all decoded) and the canonical path that goes
 * on from here two; each is read as it is, and with repeated slashes merged and dot segments resolved.
 */
export function routeOf(path: string, table: RouteTable): Routing {
  if (isPlain(path)) return { kind: 'route', index: firstMatch(table, path), canonical: path }
  if (isMalformed(path)) return { kind: 'refused', reason: 'malformed' }
  const received = asciiOf(path)
  const canonical = canonicalPath(received)
  const spellings = [received, normalizedEscapes(received), decoded(received), canonical, decoded(canonical)]
  const readings = spellings.concat(spellings.map(mergedAndResolved))
  const index = firstMatch(table, received)
  return readings.every((reading) => firstMatch(table, reading) === index)
    ? { kind: 'route', index, canonical }
    : { kind: 'refused', reason: 'ambiguous' }
}
