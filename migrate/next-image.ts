/** URLs of Next.js's own image optimizer: `/_next/image?url=%2Fphotos%2Fdusk.jpg&w=640&q=75`. */
import { inQuotes } from '../urls/invalidation.ts'
import { parseS3Url } from '../urls/s3-url.ts'
import type { Site } from '../urls/urls.ts'
import {
  decodedParameters,
  isNumber,
  type KeyOptions,
  type Lost,
  lost,
  type Migrated,
  migrated,
  other,
  tryDecode,
} from './result.ts'

const EXPECTED = 'expected /_next/image?url=…&w=…'

/** What stands before the query: a host and a `basePath`, or neither. */
const OPTIMIZER = /^(?:(?:https?:)?\/\/[^/?#\s]+)?(?:\/[^?#\s]*)?\/_next\/image\/?\?([^#]*)/i

/**
 * The URL of what the optimizer was asked for. A picture of an application's own folder is a key of the same path, without
 * its first slash, unless `keyOf` says another.
 *
 * @example
 * ```ts
 * fromNextImage(site, '/_next/image?url=%2Fphotos%2Fdusk.jpg&w=640&q=75')
 * // { kind: 'url', url: 'https://cdn.example.com/photos/dusk.jpg?w=640&q=75', lost: [] }
 * ```
 */
export function fromNextImage(site: Site, url: string, { keyOf = (name) => name, bucket }: KeyOptions = {}): Migrated {
  const [, query] = OPTIMIZER.exec(url) ?? []
  if (query === undefined) return other(`${EXPECTED}, found ${inQuotes(url)}`, false)
  const parameters = decodedParameters(query)
  const of = (name: string) => parameters.find(([one]) => one === name)?.[1] ?? ''
  const source = of('url')
  if (source === '') return other(`${EXPECTED}, found no url in ${inQuotes(url)}`)
  const wanted = { w: of('w'), q: of('q') }
  const wrong: Lost[] = Object.entries(wanted).flatMap(([name, value]) =>
    value === '' || isNumber(value) ? [] : [lost(`${name}=${value}`, 'it is no number above 0')],
  )
  const given = { ...(isNumber(wanted.w) && { w: wanted.w }), ...(isNumber(wanted.q) && { q: wanted.q }) }
  const s3 = parseS3Url(source)
  if (s3.kind === 'object') return migrated(site, { key: s3.key, bucket: s3.bucket, parameters: given, lost: wrong })
  const path = ownPath(site, source)
  if (path === undefined) return other(`its picture is at ${inQuotes(source)}, in none of the site's buckets`)
  const name = tryDecode(path.replace(/[?#].*/s, '').slice(1))
  if (name === undefined) return other(`expected a path whose escapes are UTF-8, found ${inQuotes(source)}`)
  return migrated(site, { key: keyOf(name), bucket, parameters: given, lost: wrong })
}

/** A path of the application, or of one of the site's own domains. */
function ownPath(site: Site, source: string): string | undefined {
  if (source.startsWith('/') && !source.startsWith('//')) return source
  const [, host = '', path = ''] = /^(?:https?:)?\/\/([^/?#]+)(\/[\s\S]*)$/i.exec(source) ?? []
  return site.domains.some((domain) => domain.toLowerCase() === host.toLowerCase()) ? path : undefined
}
