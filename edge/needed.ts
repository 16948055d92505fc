/**
 * Which parts of the code that handlers share with the URL helpers are needed. In a bundle these are constants (`flags.d.ts`),
 * and esbuild leaves out what they rule out; outside of bundles nothing is known of the config, and all of it is needed.
 */

/** `rect`, on any route. */
export const NEEDS_PARTS = typeof HAS_PARTS === 'undefined' || HAS_PARTS

/** `previews`, on any route. */
export const NEEDS_PREVIEWS = typeof HAS_PREVIEWS === 'undefined' || HAS_PREVIEWS

/** `bg` and `blur`, on any route. */
export const NEEDS_BACKGROUNDS = typeof HAS_BACKGROUNDS === 'undefined' || HAS_BACKGROUNDS
export const NEEDS_BLURS = typeof HAS_BLURS === 'undefined' || HAS_BLURS

/** `*` in an origin of `cors`, on any route. */
export const NEEDS_ORIGIN_PATTERNS = typeof HAS_ORIGIN_PATTERNS === 'undefined' || HAS_ORIGIN_PATTERNS

/** Lists of ratios, and the ladder of all of them. */
export const NEEDS_RATIO_LISTS = typeof HAS_RATIO_LISTS === 'undefined' || HAS_RATIO_LISTS
export const NEEDS_ALL_RATIOS = typeof HAS_ALL_RATIOS === 'undefined' || HAS_ALL_RATIOS

/** Query names that some clients escape. */
export const NEEDS_ESCAPED_NAMES = typeof HAS_ESCAPED_NAMES === 'undefined' || HAS_ESCAPED_NAMES

/** Path patterns with several stars. */
export const NEEDS_ROUTE_GROUPS = typeof HAS_ROUTE_GROUPS === 'undefined' || HAS_ROUTE_GROUPS

/** A claim of paths, in any rule for tokens. */
export const NEEDS_READINGS = typeof HAS_TOKEN_PATHS === 'undefined' || HAS_TOKEN_PATHS
