/**
 * Which URLs the `Resource` of a policy names. Developer Guide, "Create a signed URL using a custom policy", "Resource".
 */

/** A URL in the sections by which it is matched, not a byte changed. `query`: without `?`; empty where there is none. */
export type ViewedUrl = { scheme: string; host: string; path: string; query: string }

/**
 * `*` is any run of characters of its section, `?` any one; at the end of the domain or of the path, `*` is also for what
 * follows. `\?` is the question mark before the query; one without a backslash is it, too, as in the guide's own examples.
 */
export function matchesResource(resource: string, { scheme, host, path, query }: ViewedUrl): boolean {
  if (resource === '*') return true
  // "A URL in the policy can omit the protocol section and start with an asterisk in the domain section."
  const [, protocol = '*', rest = resource] = /^([a-z*?]+):\/\/(.*)$/s.exec(resource) ?? []
  if (rest === resource && !resource.startsWith('*')) return false
  const slash = rest.indexOf('/')
  const domain = slash < 0 ? rest : rest.slice(0, slash)
  if (!matches(protocol, scheme) || !matches(domain, host)) return false
  if (slash < 0) return domain.endsWith('*') || (path === '/' && query === '')
  return matches(rest.slice(slash), path, query)
}

/** `isLast`: it reaches over the question mark before the query. */
type Token = { kind: 'character'; text: string } | { kind: 'one' } | { kind: 'run'; isLast: boolean }

const tokensOf = (pattern: string): Token[] =>
  (pattern.match(/\\\?|[\s\S]/g) ?? []).map((text, index, all): Token => {
    if (text === '?') return { kind: 'one' }
    if (text === '*') return { kind: 'run', isLast: index === all.length - 1 }
    return { kind: 'character', text: text.slice(-1) }
  })

/** In steps of pattern times text at most: 8,192 characters each, and only for a policy that a trusted key has signed. */
function matches(pattern: string, text: string, query = ''): boolean {
  const whole = query === '' ? text : `${text}?${query}`
  const mark = query === '' ? -1 : text.length
  let reached = new Uint8Array(whole.length + 1)
  reached[0] = 1
  for (const token of tokensOf(pattern)) {
    const next = new Uint8Array(whole.length + 1)
    if (token.kind === 'run') {
      for (let end = 0; end <= whole.length; end++) {
        const isWithin = end - 1 !== mark || token.isLast
        if (reached[end] || (end > 0 && next[end - 1] && isWithin)) next[end] = 1
      }
    } else {
      for (let at = 0; at < whole.length; at++) {
        if (reached[at] && (token.kind === 'one' || whole[at] === token.text)) next[at + 1] = 1
      }
    }
    reached = next
  }
  return reached[whole.length] === 1
}
