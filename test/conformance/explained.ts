/** The tests that the suite calls required and that CloudFront, as it is documented, does not pass: each with its page. */

export type Explanation = {
  /** Of the tests' ids. */
  ids: RegExp
  /** A page of the CloudFront Developer Guide, by its title, or an RFC where the guide is silent. */
  source: string
  why: string
}

const EXPIRATION = '"Manage how long content stays in the cache (expiration)"'
const STATUS_CODES = '"How CloudFront processes HTTP 4xx and 5xx status codes from your origin"'
const CUSTOM_ORIGIN = '"Request and response behavior for custom origins"'

export const EXPLANATIONS: readonly Explanation[] = [
  {
    ids: /^vary-(?:no-match|omit|omit-stored|2-no-match|2-match-omit|3-no-match|3-order|star-no-match)$|^vary-(?:syntax|normalise)/,
    source: '"Cache content based on request headers"',
    why: 'the key has the headers that the cache policy names, and no others; Vary changes nothing in it',
  },
  {
    ids: /^invalidate-(?:POST|PUT|DELETE|M-SEARCH)(?:-location|-cl)?$/,
    source: '"Invalidate files to remove content"',
    why: 'what is cached goes when it expires or is invalidated; methods other than GET, HEAD and OPTIONS pass it by, and others than seven are refused ("Allowed HTTP methods")',
  },
  {
    ids: /^(?:heuristic|status)-(?:404|410|500|502|503|504)-(?:not_cached|stale)$/,
    source: STATUS_CODES,
    why: 'errors are cached for the error-caching minimum TTL, 10 s, whatever their headers say of a shorter time',
  },
  {
    ids: /^heuristic-(?:201|202)-not_cached$/,
    source: EXPIRATION,
    why: 'what says nothing of its lifetime is cached for the default TTL; no status of 2xx is an exception',
  },
  {
    ids: /^stale-close-no-cache$/,
    source: `${EXPIRATION}, its warning`,
    why: 'when the origin can’t be reached, even an object with no-cache is served, unless it says stale-if-error=0',
  },
  {
    ids: /^stale-close-s-maxage=2$/,
    source: `${CUSTOM_ORIGIN}, "Origin unavailable"`,
    why: 'an expired object is served when the origin can’t be reached; s-maxage is a lifetime, and nothing else',
  },
  {
    ids: /^(?:headers-store|304-(?:etag|lm)-update-response)-Set-Cookie$/,
    source: '"Cache content based on cookies"',
    why: 'Set-Cookie is removed unless cookies are forwarded, and with them there are no conditional requests',
  },
  {
    ids: /^other-authorization$/,
    source: '"Add custom headers to origin requests", "Configure CloudFront to forward the Authorization header"',
    why: 'whether Authorization is part of the key is for the cache policy to say; it keeps nothing out of the cache',
  },
  {
    ids: /^(?:surrogate|cdn)-/,
    source: EXPIRATION,
    why: 'Cache-Control and Expires say how long an object is cached; Surrogate-Control and CDN-Cache-Control are headers like others',
  },
  {
    ids: /^304-etag-update-response-(?:Content-Encoding|Content-Range)$/,
    source: 'RFC 9111, 3.2',
    why: 'a cache that stores what it has made of a body, as CloudFront does when it compresses, may leave out what describes that body',
  },
  {
    ids: /^304-etag-update-response-(?:ETag|Content-MD5)$/,
    source: 'RFC 9111, 3.2',
    why: 'the release of the suite on npm wants them kept; the RFC, and the suite since, want them updated',
  },
  {
    ids: /^age-parse-(?:nonnumeric|negative|float|prefix-twoline|dup-0|dup-0-twoline|dup-old|parameter|numeric-parameter)$/,
    source: 'RFC 9111, 5.1',
    why: 'of several values the first counts, and one that is no number is ignored; the release of the suite on npm, which is older than the RFC, wants such responses to be stale',
  },
  {
    ids: /^stale-close-(?:must|proxy)-revalidate$/,
    source: `${CUSTOM_ORIGIN}, "Origin unavailable"`,
    why: 'the answer is CloudFront’s own 502; the release of the suite on npm takes what has no header of its origin for a cached response',
  },
]
