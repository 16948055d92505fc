/**
 * The ways to write an S3 object's address.
 * Sources: S3 User Guide, "Virtual hosting of buckets", "Dual-stack endpoints", "Transfer Acceleration" and "Website
 * endpoints"; AWS General Reference, "Amazon S3 endpoints"; AWS CLI Reference, `s3`, "Path Argument Type".
 */

export type S3Address =
  | {
      kind: 'object'
      bucket: string
      /** As S3 has it: escapes decoded. Never empty. */
      key: string
      /** As received, without its `?`. */
      query: string
      /** As received, with its `#`. */
      fragment: string
    }
  | { kind: 'other' }

const OTHER: S3Address = { kind: 'other' }

/** Not a URL: the key is raw, and `?`, `#` and `%` belong to it. */
const S3_URI = /^s3:\/\/([^/]+)\/([\s\S]+)$/i

/**
 * Host, path, query, fragment. Userinfo and other ports are not S3's; tabs, line feeds and backslashes are read
 * differently by browsers and by other clients.
 */
const HTTP_URL = /^(?:https?:)?\/\/([\w.-]+)(?::(?:80|443))?\/([^?#\\\t\n\r]*)\??([^#\\\t\n\r]*)(#.*)?$/i

/** Bucket, where the host names it, and the endpoints that serve no path-style URLs. `s3-region` is the legacy form. */
const HOST =
  /^(?:(.+)\.)?s3(-accelerate|-website)?(?:-fips)?(?:\.dualstack)?(?:[.-](?:[a-z]{2,4}(?:-[a-z]+)+-\d+|external-1))?\.amazonaws\.com(?:\.cn)?$/

/** Bucket and key of a path-style URL's path. */
const PATH_STYLE = /^([^/]+)\/(.*)$/

/** The object that a URL names; `other` is all that names none for certain, a bucket's own URL among it. */
export function parseS3Url(url: string): S3Address {
  const [, uriBucket, uriKey] = S3_URI.exec(url) ?? []
  if (uriBucket && uriKey) return { kind: 'object', bucket: uriBucket, key: uriKey, query: '', fragment: '' }

  // A browser drops white space around a URL, other clients send it.
  if (url !== url.trim()) return OTHER
  const [, rawHost = '', rawPath = '', query = '', fragment = ''] = HTTP_URL.exec(url) ?? []
  const host = HOST.exec(rawHost.toLowerCase())
  if (!host) return OTHER
  const [, hostBucket, special] = host
  // A website answers a folder with its index document, which is another key.
  if (special === '-website' && rawPath.endsWith('/')) return OTHER
  const [, pathBucket, pathKey] = (!special && PATH_STYLE.exec(rawPath)) || []
  const [bucket, rawKey] = hostBucket ? [hostBucket, rawPath] : [pathBucket, pathKey]
  if (!bucket || !rawKey) return OTHER
  const key = tryDecodeKey(rawKey)
  return key.kind === 'key' ? { kind: 'object', bucket, key: key.key, query, fragment } : OTHER
}

/** S3 takes a raw `+` in a path for a space (github.com/imgix/js-core/issues/88); a key is UTF-8. */
function tryDecodeKey(rawKey: string): { kind: 'key'; key: string } | { kind: 'malformed' } {
  try {
    return { kind: 'key', key: decodeURIComponent(rawKey.replace(/\+/g, ' ')) }
  } catch {
    return { kind: 'malformed' }
  }
}

/**
 * The path of a URL that S3 reads back as the key, which has to be well-formed. What RFC 3986, 3.3, allows in a path
 * stays, so that route patterns match it; but `+` would be a space to S3, and a comma could end a URL in `srcset`.
 */
export const pathOfKey = (key: string): string =>
  `/${encodeURIComponent(key).replace(/%(?:2F|24|26|3A|3B|3D|40)/g, decodeURIComponent)}`
