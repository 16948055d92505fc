/** Which behaviour a request falls under. Developer Guide, "Cache behavior settings", path pattern and path normalization. */

/**
 * The first behaviour whose pattern matches a path, and the last, the default one, where none does. Case counts; a
 * pattern without its leading slash has it all the same. What follows a `?` in the path is not looked at.
 *
 * @param behaviours at least one
 */
export function compileBehaviours<T extends { path: string }>(behaviours: readonly T[]): (path: string) => T {
  const usual = behaviours.at(-1)
  if (usual === undefined) throw new Error('a distribution has at least one behaviour, the default one')
  const special = behaviours.slice(0, -1).map((behaviour) => ({ behaviour, matches: compilePattern(behaviour.path) }))
  return (target) => {
    if (special.length === 0) return usual
    const path = normalisedPath(target)
    for (const { behaviour, matches } of special) if (matches(path)) return behaviour
    return usual
  }
}

/** `*` is any run of characters, `?` any one. Takes time in proportion to path times pattern at most. */
export function compilePattern(pattern: string): (path: string) => boolean {
  const [first = '', ...rest] = (pattern.startsWith('/') ? pattern : `/${pattern}`).split('*')
  const last = rest.pop()
  if (last === undefined) return (path) => path.length === first.length && stands(path, first, 0)
  const middle = rest.filter((piece) => piece !== '')
  return (path) => {
    if (!stands(path, first, 0)) return false
    let at = first.length
    for (const piece of middle) {
      // The leftmost match of a piece leaves most of the path to the pieces that follow.
      const found = find(path, piece, at)
      if (found < 0) return false
      at = found + piece.length
    }
    return path.length - last.length >= at && stands(path, last, path.length - last.length)
  }
}

function stands(path: string, piece: string, at: number): boolean {
  if (!piece.includes('?')) return path.startsWith(piece, at)
  if (at + piece.length > path.length) return false
  for (let i = 0; i < piece.length; i++) if (piece[i] !== '?' && piece[i] !== path[at + i]) return false
  return true
}

function find(path: string, piece: string, from: number): number {
  if (!piece.includes('?')) return path.indexOf(piece, from)
  for (let at = from; at + piece.length <= path.length; at++) if (stands(path, piece, at)) return at
  return -1
}

/**
 * A path as behaviours are matched: RFC 3986, 6.2.2 (escapes in upper case, unreserved characters without one, dot
 * segments resolved), and repeated slashes as one. That slashes come first is not documented.
 *
 * @param target a path, with its query or without
 */
export function normalisedPath(target: string): string {
  const end = target.indexOf('?')
  const path = end < 0 ? target : target.slice(0, end)
  if (!NOT_NORMAL.test(path)) return path
  return withoutDots(path.replace(ESCAPE, unescaped).replace(/\/{2,}/g, '/'))
}

const NOT_NORMAL = /%|\/\/|\/\./
const ESCAPE = /%[0-9a-f]{2}/gi
const UNRESERVED = /[A-Za-z0-9._~-]/

function unescaped(triplet: string): string {
  const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16))
  return UNRESERVED.test(character) ? character : triplet.toUpperCase()
}

/** RFC 3986, 5.2.4, of a path that begins with a slash. */
function withoutDots(path: string): string {
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  for (const segment of segments) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
  }
  const last = segments.at(-1)
  const isFolder = last === '.' || last === '..'
  return `/${kept.join('/')}${isFolder && kept.length > 0 ? '/' : ''}`
}
