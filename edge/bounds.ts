/**
 * How much of a request is looked at. A URL has room for thousands of parameters, escapes or segments, and the engine frees
 * no memory before a call ends. What is over a bound is refused, left out or left as it is written: see docs/requests.md. A file
 * without imports: esbuild writes such constants where they are used.
 */

/** Values that are read of a parameter or a header that repeats. */
export const MOST_VALUES = 10

/** Characters that are read of a parameter with several numbers or words in it, such as `rect` or `crop`. */
export const MOST_CHARACTERS = 60

/** Values that are decoded and parsed of a parameter that should be a number, a word or a version. */
export const MOST_PARSED = 5

/**
 * Characters of these values together, counted where the first one does not parse as it is written and escapes are decoded:
 * room for a version of 64 characters, each of them escaped.
 */
export const MOST_DECODED = 200

/** Names of a query that are read, where it has to be rebuilt for a redirect, or names are looked for that may be escaped. */
export const MOST_NAMES = 99

/** Characters of a path as received: a longer one gets no image parameters, and the escapes of its query stay as they are. */
export const MOST_PATH_CHARACTERS = 640

/** Characters of a canonical query: in a longer one escapes stay as they are written. */
export const MOST_QUERY_CHARACTERS = 256

/**
 * Characters of a path or query with characters that no URL may hold, counted when these and its `%` are escaped. Browsers
 * escape them themselves, so only other clients send any.
 */
export const MOST_UNESCAPED = 998

/** Escapes of a path that are normalised one by one, plus one. */
export const MOST_ESCAPES = 321

/** Different pieces between the escapes of a path: each costs a normalisation, and one that repeats is looked up. */
export const MOST_SPELLINGS = 64

/** Slashes of a path that has to be read in several ways. */
export const MOST_SLASHES = 62

/** Characters of an `Accept` header that is read at all; browsers that take WebP send 150 at most. */
export const MOST_ACCEPT_CHARACTERS = 256

/** Characters of a token. */
export const MOST_TOKEN = 4_096

/** Members and items of a token's header or claims, by their commas; names and texts where spaces come before colons. */
export const MOST_CLAIMS = 200

/** On a path of more than 512 characters: the same. All claims have 32 characters for each of these at most: 1,024 there. */
export const MOST_CHARACTERS_WITH_CLAIMS = 512
export const MOST_CLAIMS_OF_LONG_PATHS = 32

/** Words of a claim that is to contain one. */
export const MOST_WORDS = 256

/** Paths of a claim, and their characters, where one of them has to be spelt anew. */
export const MOST_SPELT_PATHS = 16
export const MOST_SPELT_CHARACTERS = 512
