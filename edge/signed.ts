/**
 * What signed URLs and signed cookies are made of. CloudFront Developer Guide, "Create a signed URL using a canned policy"
 * and "Set signed cookies using a custom policy".
 */

/** Parameters of a signed URL, sorted: CloudFront's to check, and nobody else's to see. */
export const SIGNING_PARAMETERS: readonly string[] = ['Expires', 'Hash-Algorithm', 'Key-Pair-Id', 'Policy', 'Signature']

/** What the names of signed cookies begin with; then come those of the parameters. */
export const SIGNING_COOKIE = 'CloudFront-'

export const SIGNING_COOKIES: readonly string[] = /* @__PURE__ */ SIGNING_PARAMETERS.map(
  (name) => SIGNING_COOKIE + name,
)
