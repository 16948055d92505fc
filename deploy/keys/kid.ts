import { InputError } from '../../base/errors.ts'

/** What the names of keys begin with in the store; the function puts a token's `kid` behind it. */
export const TOKEN_KEYS = 'jwt/'

/** The key of tokens that have no `kid`. */
export const DEFAULT_KID = 'default'

/** What the function takes for a `kid`: 64 unreserved characters at most (RFC 3986, 2.3). */
const KID = /^[A-Za-z0-9._~-]{1,64}$/

export const isKid = (text: string): boolean => KID.test(text)

/** @throws InputError for none, and for what the function would take for none */
export function checkedKid(text: string | undefined, hint: string): string {
  const expected = 'a kid of 1 to 64 letters, digits, or . _ ~ -'
  const found = text === undefined ? 'none' : JSON.stringify(text)
  if (text !== undefined && isKid(text)) return text
  throw new InputError(`expected ${expected}, such as 2026-12, found ${found}; ${hint}`, {
    code: text === undefined ? 'operands' : 'not-a-kid',
    expected,
    found,
  })
}
