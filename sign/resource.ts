/** What a policy opens: the `Resource` of CloudFront's signed URLs and cookies. */
import { canonicalPath, isMalformed } from '../edge/path.ts'
import { patternOf } from '../edge/patterns.ts'
import type { CanonicalUrl } from '../urls/canonical.ts'
import type { Site } from '../urls/urls.ts'
import { wrong } from './wrong.ts'

export const urlText = ({ host, path, query }: CanonicalUrl): string => `https://${host}${path}${query && '?'}${query}`

/**
 * A `*` in a policy stands for any run of characters, in a key it is one of them; escaped, it is that for everybody.
 * The `?` before a query stands for any one character as well, and nothing can be done about that.
 */
export const withoutWildcards = (url: CanonicalUrl): CanonicalUrl => ({
  ...url,
  path: url.path.replace(/\*/g, '%2A'),
  query: url.query.replace(/\*/g, '%2A'),
})

export const hasWildcards = (resource: string): boolean => /[*?]/.test(resource)

const EXPECTED =
  'a path, or a URL of the site, with * for any run of characters and ? for one, and without dot segments: /albums/7/*'

/**
 * A pattern of URLs, spelt as the edge spells paths: `https://cdn.example.com/albums/7/*`.
 * @throws InputError (`resource`)
 */
export function resourceOf(site: Site, pattern: string): string {
  const [, host = site.domains[0] ?? '', path] = /^(?:https:\/\/([^/]+))?(\/[\s\S]*)$/.exec(pattern) ?? []
  const isOurs = site.domains.some((domain) => domain.toLowerCase() === host.toLowerCase())
  if (path === undefined || !isOurs || isMalformed(path)) throw wrong('resource', 'resource', EXPECTED, pattern)
  const wildcards = path.match(/[*?]/g) ?? []
  const spelt = canonicalPath(path.replace(/\?/g, '*'))
  const hasDots = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(path)
  if (hasDots || spelt.split('*').length !== wildcards.length + 1)
    throw wrong('resource', 'resource', EXPECTED, pattern)
  let i = 0
  return `https://${host.toLowerCase()}${spelt.replace(/\*/g, () => wildcards[i++] as string)}`
}

export const matches = (resource: string, url: CanonicalUrl): boolean => patternOf(resource).test(urlText(url))
