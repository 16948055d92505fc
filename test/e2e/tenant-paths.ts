/** Paths with which somebody might get from one place of a bucket to another. */
import { readFileSync } from 'node:fs'

/** How `..` is written for whoever decodes less, more, or otherwise than the one before. */
const DOTS = [
  ...['..', '%2e%2e', '.%2E', '%2e.', '%252e%252e', '%25252e%25252e', '%%32%65%%32%65', '%c0%ae%c0%ae', '..;a=b'],
  ...['...', '....', '.', '..%00', '..%20', '%EF%BC%8E%EF%BC%8E', '%u002e%u002e', '..%09', '+..'],
]

const SLASHES = [
  ...['/', '%2f', '%2F', '\\', '%5c', '%252f', '%255c', '%%32%66', '//', '/./', '/;/', '%2f%2f', '/%2f', '\\/'],
  ...['%c0%af', '%c1%9c', '%e0%80%af', '%EF%BC%8F', '%e2%88%95', '%u2215', '%00/', '/%20'],
]

const BEFORE = ['', 'a', 'a.txt', '%2e']

/** Up to so many levels. */
const LEVELS = 3

/** What is asked for on the way: keys from their beginnings, from the tenants on, and of the other tenant. */
const keysFor = (key: string): string[] => [key, key.replace(/^tenants\//, ''), key.replace(/^tenants\/[^/]+\//, '')]

/** The project's own list, for each of the keys. */
export function climbingPaths(keys: readonly string[]): string[] {
  const found = new Set<string>()
  for (const key of keys) {
    for (const wanted of keysFor(key)) {
      found.add(`/${wanted}`).add(`//${wanted}`).add(`/\\${wanted}`).add(`/%2f${wanted}`).add(`/./${wanted}`)
      found.add(`/${wanted.replaceAll('/', '%2f')}`).add(`/${wanted.replaceAll('/', '%5c')}`)
      for (const dots of DOTS) {
        for (const slash of SLASHES) {
          const levels = 1 + ((dots.length + slash.length) % LEVELS)
          const before = BEFORE[(dots.length * slash.length) % BEFORE.length]
          found.add(`/${`${dots}${slash}`.repeat(levels)}${wanted}`)
          found.add(`/${before}${slash}${`${dots}${slash}`.repeat(LEVELS)}${wanted.replaceAll('/', slash)}`)
        }
      }
    }
  }
  return [...found]
}

/** Pieces of which paths at random are made. */
export const PIECES = [...DOTS, ...SLASHES, 'tenants', 'blog', 'shop', 'secret.txt', 'a', '?', '#', '%', ':', '@', '*']

/**
 * The paths of a list that is not the project's: a file with one in each line, in which `{FILE}` is what is wanted, or
 * `urltestdata.json` of the Web Platform Tests.
 * @param keys what is wanted; a path that does not say where is asked for as it is, and before each of them
 */
export function listedPaths(file: string, keys: readonly string[]): string[] {
  const content = readFileSync(file, 'utf8')
  const lines = file.endsWith('.json') ? inputsOf(JSON.parse(content)) : content.split('\n').filter(Boolean)
  const wanted = keys.flatMap(keysFor)
  const paths = lines.flatMap((line) =>
    line.includes('{FILE}')
      ? wanted.map((key) => line.replaceAll('{FILE}', key))
      : [line, ...wanted.map((key) => `${line.replace(/\/$/, '')}/${key}`)],
  )
  return [...new Set(paths.map((path) => (path.startsWith('/') ? path : `/${path}`)))]
}

const inputsOf = (entries: unknown[]): string[] =>
  entries.flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null || !('input' in entry)) return []
    const { input, pathname } = entry as { input: string; pathname?: string }
    const path = /^[a-z]+:[\\/]{2}[^\\/?#]*([\\/].*)$/is.exec(input)?.[1] ?? input
    return pathname === undefined ? [path] : [path, pathname]
  })
