/** URLs of imgix: the parameters are named alike, so that most of it is a matter of the host. */
import { inQuotes } from '../urls/invalidation.ts'
import { parseS3Url } from '../urls/s3-url.ts'
import type { Site } from '../urls/urls.ts'
import { honoured, REASONS } from './imgix-parameters.ts'
import {
  decodedParameters,
  type KeyOptions,
  type Lost,
  lost,
  type Migrated,
  migrated,
  other,
  type Parameters,
  tryDecode,
  urlParts,
} from './result.ts'

export type ImgixOptions = KeyOptions & {
  /** Domains of imgix sources that do not end in `.imgix.net`. Default: none. */
  hosts?: readonly string[] | undefined
}

/**
 * The URL of the same picture. Parameters that the edge honours stay as they are; signatures, the names of libraries and
 * `auto` go, since there is nothing to be lost by it. A source that is a web proxy has a whole URL for its path: where that is
 * one of S3's, it is what counts.
 *
 * @example
 * ```ts
 * fromImgix(site, 'https://example.imgix.net/a.jpg?w=640&auto=format&sepia=80&s=0123')
 * // { kind: 'url', url: 'https://cdn.example.com/a.jpg?w=640', lost: [{ what: 'sepia=80', reason: 'pictures are …' }] }
 * ```
 */
export function fromImgix(
  site: Site,
  url: string,
  { hosts = [], keyOf = (name) => name, bucket }: ImgixOptions = {},
): Migrated {
  const parts = urlParts(url)
  const isImgix = parts?.host.endsWith('.imgix.net') || hosts.some((host) => host.toLowerCase() === parts?.host)
  if (!parts || !isImgix) {
    return other(
      `expected a URL of imgix (*.imgix.net${hosts.map((host) => `, ${host}`).join('')}), found ${inQuotes(url)}`,
      false,
    )
  }
  const name = tryDecode(parts.path.slice(1))
  if (name === undefined) return other(`expected a path whose escapes are UTF-8, found ${inQuotes(url)}`)
  const { parameters, lost: without } = keptOf(decodedParameters(parts.query))
  const s3 = parseS3Url(name)
  if (s3.kind === 'object') return migrated(site, { key: s3.key, bucket: s3.bucket, parameters, lost: without })
  if (/^https?:\/\//i.test(name)) return other(`its picture is at ${inQuotes(name)}, in none of the site's buckets`)
  return migrated(site, { key: keyOf(name), bucket, parameters, lost: without })
}

function keptOf(all: readonly (readonly [name: string, value: string])[]): { parameters: Parameters; lost: Lost[] } {
  const parameters: Record<string, string> = {}
  const without: Lost[] = []
  for (const [name, value] of all) {
    const what = value === '' ? name : `${name}=${value}`
    const rule = honoured(name)
    if (rule === 'nothing') continue
    if (rule === undefined) without.push(lost(what, "no parameter of imgix's that is known here"))
    else if (typeof rule === 'string') without.push(lost(what, REASONS[rule]))
    else if (name.endsWith('64')) without.push(lost(what, 'values in Base64 are not read'))
    else if (!rule.values.test(value)) without.push(lost(what, REASONS[rule.otherwise]))
    // The first one counts, as at the edge.
    else parameters[name] ??= value
  }
  return { parameters, lost: without }
}
