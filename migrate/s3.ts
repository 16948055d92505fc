/** URLs of S3, those of its websites among them. */
import { inQuotes } from '../urls/invalidation.ts'
import { parseS3Url } from '../urls/s3-url.ts'
import { fromS3Url, type Site } from '../urls/urls.ts'
import { type Migrated, migrated, other, tryDecode, urlParts } from './result.ts'

export type S3Options = {
  /** The index document of a bucket that is a website: what a folder's URL shows. Default: `index.html`. */
  index?: string | undefined
}

/** Bucket, and the region, which nothing depends on. S3 User Guide, "Website endpoints". */
const WEBSITE = /^(.+)\.s3-website[.-][a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/

/**
 * The URL of what an S3 URL names: virtual-hosted, path-style, `s3://`, or of a bucket that is a website. A folder of a
 * website is its index document; what a website redirects, or shows for what is missing, is a matter of its settings.
 *
 * @example
 * ```ts
 * fromS3(site, 'http://example-photos.s3-website-us-east-1.amazonaws.com/albums/')
 * // { kind: 'url', url: 'https://cdn.example.com/albums/index.html', lost: [] }
 * ```
 */
export function fromS3(site: Site, url: string, { index = 'index.html' }: S3Options = {}): Migrated {
  const address = parseS3Url(url)
  if (address.kind === 'object') {
    const made = fromS3Url(site, url)
    return made === url
      ? migrated(site, { ...address, parameters: {}, lost: [] })
      : { kind: 'url', url: made, lost: [] }
  }
  const { host = '', path = '' } = urlParts(url) ?? {}
  const [, bucket] = WEBSITE.exec(host) ?? []
  const folder = tryDecode(path.replaceAll('+', ' ').slice(1))
  if (bucket === undefined || folder === undefined)
    return other(`expected the URL of an object in S3, found ${inQuotes(url)}`, false)
  return migrated(site, { key: `${folder}${index}`, bucket, parameters: {}, lost: [] })
}
