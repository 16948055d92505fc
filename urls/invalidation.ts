/**
 * Paths to invalidate. Developer Guide, "What you need to know when invalidating paths": a path begins with a slash, `*`
 * stands for the rest and only at the end; a path without a query stands for all queries only with a `*`.
 */
import { cacheTagsIn, isCacheTag } from '../edge/cache-tags.ts'
import { CACHE_TAG_CHARACTERS, CACHE_TAGS } from '../edge/limits.ts'
import { asciiOf, asciiPath } from '../edge/path.ts'

/** Characters. */
const PATH_CHARACTERS = 4_000

/**
 * In progress at a time, for one distribution. Developer Guide, "Concurrent invalidation request maximum"; from its edition
 * of October 2026 on, "Quotas on invalidations" gives a rate instead (150 paths, 1 with a `*`, a second).
 */
export const INVALIDATION_PATHS = 3_000

/** The same, of paths with a `*`. */
export const INVALIDATION_WILDCARDS = 15

/** A month, of an account. Developer Guide, "Pay for file invalidation". */
export const FREE_INVALIDATION_PATHS = 1_000

/** USD for each path beyond. Amazon CloudFront Pricing, "Invalidation Requests". */
export const INVALIDATION_PATH_PRICE = 0.005

/** What stands before a cache tag in the place of a path. */
const TAG = '#'

export const isTag = (path: string): boolean => path.startsWith(TAG)

/** `remedy`: what to do, where that is not clear from the rest. */
export type InvalidationProblem = { expected: string; found: string; remedy?: string }

/** What is wrong with a path, or with a tag after its `#`; `undefined`: nothing. */
export function invalidationProblem(path: string): InvalidationProblem | undefined {
  const found = inQuotes(path)
  if (isTag(path)) return tagProblem(path.slice(TAG.length), found)
  if (!path.startsWith('/')) return { expected: 'a path that begins with a slash, such as /photos/*', found }
  const star = path.indexOf('*')
  if (star >= 0 && star < path.length - 1) {
    return { expected: 'a * at the end of the path alone, such as /photos/*', found }
  }
  if (path.length > PATH_CHARACTERS) {
    return { expected: `a path of at most ${PATH_CHARACTERS} characters`, found: `one of ${path.length}` }
  }
  const escaped = escapedPath(path)
  if (escaped !== path) {
    return { expected: 'a path with its characters escaped', found, remedy: `that is ${escaped}` }
  }
  // The same page: CloudFront does not support it in invalidations, "whether it's URL-encoded or not".
  if (!/~|%7e/i.test(path)) return undefined
  const remedy = 'a * in its place stands for it and all after it'
  return { expected: 'a path without a ~, since CloudFront invalidates no path that has one', found, remedy }
}

function tagProblem(tag: string, found: string): InvalidationProblem | undefined {
  if (!isCacheTag(tag)) {
    const expected = `a # and a tag of 1 to ${CACHE_TAG_CHARACTERS} visible characters of ASCII without a comma, such as #album-7`
    return { expected, found, ...(tag.includes(',') && { remedy: 'in the tag of a path it is %2C' }) }
  }
  if (!tag.endsWith('*')) return undefined
  return { expected: 'a tag without a * at its end, which stands for nothing in tags', found }
}

/** Of several paths, in their order. */
export const invalidationProblems = (paths: readonly string[]): InvalidationProblem[] =>
  paths.map(invalidationProblem).filter((problem) => problem !== undefined)

export const inQuotes = (text: string) => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)

/** As viewer-request escapes what a URL may not hold. */
function escapedPath(path: string): string {
  const mark = path.indexOf('?')
  return mark < 0 ? asciiPath(path) : asciiPath(path.slice(0, mark)) + asciiOf(path.slice(mark))
}

/** An object in the cache: its path and query there, and its tags as the header has them, none where it is empty. */
export type TaggedObject = { path: string; query: string; tags: string }

/** Whether an object falls under an invalidation path, or has a tag whatever its case. */
export function isInvalidated(path: string, object: TaggedObject): boolean {
  if (isTag(path)) {
    const tag = path.slice(TAG.length).toLowerCase()
    return cacheTagsIn(object.tags)
      .slice(0, CACHE_TAGS)
      .some((own) => own.toLowerCase() === tag)
  }
  const target = object.query === '' ? object.path : `${object.path}?${object.query}`
  return path.endsWith('*') ? target.startsWith(path.slice(0, -1)) : target === path
}

/** The paths and tags in their order, each once, without those that a path with a `*` stands for. */
export function distinctPaths(paths: readonly string[]): string[] {
  const stems = [...new Set(paths)].filter((path) => path.endsWith('*')).map((path) => path.slice(0, -1))
  const isCovered = (path: string) => stems.some((stem) => path.startsWith(stem) && path !== `${stem}*`)
  const tags = new Set<string>()
  const isRepeated = (path: string) => isTag(path) && tags.size === tags.add(path.toLowerCase()).size
  return [...new Set(paths)].filter((path) => !isRepeated(path) && !isCovered(path))
}
