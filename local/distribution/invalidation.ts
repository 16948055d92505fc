/**
 * Paths to invalidate. Developer Guide, "Invalidate files": a path begins with a slash, `*` stands for the rest and only at
 * the end; a path without a query stands for all queries only with a `*`.
 */

/** What is wrong with a path; `undefined`: nothing. */
export function invalidationProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return `expected a path that begins with a slash, such as /photos/*, found ${quoted(path)}`
  const star = path.indexOf('*')
  if (star >= 0 && star < path.length - 1) {
    return `expected a * at the end of the path alone, such as /photos/*, found ${quoted(path)}`
  }
  if (/[\0-\x20\x7f-\uffff]/.test(path)) return `expected a path with its characters escaped, found ${quoted(path)}`
  return path.length > PATH_CHARACTERS ? `expected a path of at most ${PATH_CHARACTERS} characters` : undefined
}

const PATH_CHARACTERS = 4_000

const quoted = (text: string) => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)

/** Whether an object, by its path and query in the cache, falls under an invalidation path. */
export function isInvalidated(path: string, object: { path: string; query: string }): boolean {
  const target = object.query === '' ? object.path : `${object.path}?${object.query}`
  return path.endsWith('*') ? target.startsWith(path.slice(0, -1)) : target === path
}
