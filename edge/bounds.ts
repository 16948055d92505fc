/**
 * How much of a request is looked at. A URL has room for thousands of parameters, escapes or segments, and the engine frees
 * no memory before a call ends. What is over a bound is refused, left out or left as it is written: see docs/requests.md. A file
 * without imports: esbuild writes such constants where they are used.
 */

/** Of a parameter or a header that repeats. */
export const MOST_VALUES = 10

/** Of a parameter with several numbers or words in it. */
export const MOST_CHARACTERS = 60

/** Of the values of a parameter that should be a number, a word or a version. */
export const MOST_PARSED = 2

/** Of all values of a parameter, where the first is not what it should be: a version may be escaped from end to end. */
export const MOST_DECODED = 200

/** Of a query, where it has to be rebuilt for a redirect, or where names are looked for that may be escaped. */
export const MOST_NAMES = 99

/** Characters of a path as received, with image parameters and a query that is spelt anew. */
export const MOST_PATH_CHARACTERS = 640

/** Characters of a query, once it is escaped, whose escapes are spelt anew. */
export const MOST_QUERY_CHARACTERS = 256

/** Characters, once it is escaped and its own `%` as well, of a text that has some which no URL may hold: browsers escape them. */
export const MOST_UNESCAPED = 998

/** Escapes that are spelt anew, one more, and in how many ways they may be followed by other characters. */
export const MOST_ESCAPES = 385
export const MOST_SPELLINGS = 64

/** Of a path that has to be read in several ways. */
export const MOST_SLASHES = 62

/** Of an `Accept` that is read closely; browsers that take WebP send 150 at most. */
export const MOST_ACCEPT_CHARACTERS = 256
