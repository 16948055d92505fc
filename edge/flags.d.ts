/**
 * Constants that esbuild puts in when it makes a bundle (`build/bundle.ts`, `build/token-rules.ts`), so that code which no route
 * needs is left out. Outside of bundles they are not defined, so only handlers may read them; `needed.ts` is for the rest.
 */

/**
 * Whether a route has `images`; and of these, whether one takes `rect`, has previews, takes `bg`, takes `blur`, lists its
 * ratios, or takes all of them.
 */
declare const HAS_IMAGES: boolean
declare const HAS_PARTS: boolean
declare const HAS_PREVIEWS: boolean
declare const HAS_BACKGROUNDS: boolean
declare const HAS_BLURS: boolean
declare const HAS_RATIO_LISTS: boolean
declare const HAS_ALL_RATIOS: boolean

/** Whether a route has `cors`, and whether one of its origins has a `*`. */
declare const HAS_CORS: boolean
declare const HAS_ORIGIN_PATTERNS: boolean

/** Whether a route's pattern has several stars. */
declare const HAS_ROUTE_GROUPS: boolean

/** Whether other hosts are redirected to the first. */
declare const HAS_CANONICAL_HOST: boolean

/** Whether a route has `index`, and whether one with `redirect`. */
declare const HAS_INDEXES: boolean
declare const HAS_INDEX_REDIRECTS: boolean

/** Whether responses name their cache tags, and whether a route has a `placeholder`. */
declare const HAS_CACHE_TAGS: boolean
declare const HAS_PLACEHOLDERS: boolean

/** Whether a route's `query` has a name that clients may escape. */
declare const HAS_ESCAPED_NAMES: boolean

/** Whether the CloudFront Function writes into the log; Lambda@Edge can't. */
declare const HAS_LOGS: boolean

/** Whether a route has a rule for tokens, and whether CloudFront checks signatures on one. */
declare const HAS_TOKENS: boolean
declare const HAS_SIGNED: boolean

/** Whether tokens are verified by public keys here, and whether a route is closed. */
declare const HAS_PUBLIC_KEYS: boolean
declare const HAS_CLOSED: boolean

/** Where tokens may be, on any route. */
declare const HAS_BEARERS: boolean
declare const HAS_TOKEN_COOKIES: boolean
declare const HAS_TOKEN_PARAMETERS: boolean

/** What a rule for tokens names. */
declare const HAS_ISSUERS: boolean
declare const HAS_AUDIENCES: boolean
declare const HAS_ENDLESS_TOKENS: boolean
declare const HAS_TOKEN_CLAIMS: boolean
declare const HAS_TOKEN_PATHS: boolean
declare const HAS_TOKEN_REDIRECTS: boolean

/** Whether tokens go on to an origin, and whether a route with tokens has CORS. */
declare const HAS_FORWARDED_TOKENS: boolean
declare const HAS_TOKEN_CORS: boolean

/** What all rules for tokens have in common; null: not all have the same. */
declare const SAME_BEARER: true | null
declare const SAME_LEEWAY: number | null
declare const SAME_REDIRECT: string | null
