/** Path patterns of CloudFront as key patterns of S3, in the terms of IAM, where `*` and `?` mean the same. */

/** What CloudFront's paths lead to in a bucket: `prefix` is text, `pattern` has wildcards. */
export type KeyPattern = { prefix: string; pattern: string }

/**
 * The keys that the paths of a pattern lead to: a path is a slash and, behind the origin's prefix, the key. A `*` at
 * the beginning may take that slash and more, or nothing: then what follows it has to take the slash.
 * @param prefix empty, or with a slash at its end
 */
export const keyPatterns = (path: string, prefix: string): KeyPattern[] =>
  [...new Set(withoutSlash(path).flatMap(plusAndSpace))].map((pattern) => ({ prefix, pattern }))

function withoutSlash(path: string): string[] {
  const rest = path.slice(1)
  if (path.startsWith('*')) return [path, ...withoutSlash(rest)]
  return /^[/?]/.test(path) ? [rest] : []
}

/** S3 reads a `+` in a path as a space. Applications that escape it mean the `+`. */
const plusAndSpace = (pattern: string): string[] => [pattern, pattern.replaceAll('+', ' ')]

/**
 * The pattern in a policy's `Resource`. Wildcards that are text, and `$`, are written as variables (IAM User Guide,
 * "Policy variables": "Specifying special characters"); what a policy may not hold ("Grammar of the IAM JSON policy
 * language": up to U+00FF) is any text.
 */
export const resourceText = ({ prefix, pattern }: KeyPattern): string =>
  prefix.replace(/[*?$]/g, asVariable).replace(/[^\x20-\xff]+/g, '*') + pattern.replace(/\$/g, asVariable)

const asVariable = (character: string): string => `\${${character}}`

/** Whether there is a key that both take. */
export function overlap(one: KeyPattern, other: KeyPattern): boolean {
  const [left, right] = [tokensOf(one), tokensOf(other)]
  const tried = new Set<string>()
  const reachable = (i: number, j: number): boolean => {
    if (tried.has(`${i},${j}`)) return false
    tried.add(`${i},${j}`)
    const [a, b] = [left[i], right[j]]
    if (a === undefined && b === undefined) return true
    if (a === '*') return reachable(i + 1, j) || (b !== undefined && reachable(i, j + 1))
    if (b === '*') return reachable(i, j + 1) || (a !== undefined && reachable(i + 1, j))
    if (a === undefined || b === undefined) return false
    return (a === '?' || b === '?' || a === b) && reachable(i + 1, j + 1)
  }
  return reachable(0, 0)
}

/** A character of a prefix is none of a pattern's wildcards. */
const tokensOf = ({ prefix, pattern }: KeyPattern): string[] => [
  ...[...prefix].map(textToken),
  ...[...pattern].map((character) => (/[*?]/.test(character) ? character : textToken(character))),
]

const textToken = (character: string): string => `=${character}`

/** Leaves out patterns whose keys another one takes as well: of `a/b*` and `*`, only `*` is left. */
export function withoutCovered(patterns: readonly KeyPattern[]): KeyPattern[] {
  const all = patterns.filter(({ pattern }) => pattern === '*').map(({ prefix }) => prefix)
  const isCovered = ({ prefix, pattern }: KeyPattern) =>
    all.some((whole) => prefix.startsWith(whole) && !(pattern === '*' && prefix === whole))
  const kept = patterns.filter((pattern) => !isCovered(pattern))
  return [...new Map(kept.map((pattern) => [JSON.stringify(pattern), pattern])).values()]
}
