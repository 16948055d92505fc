import { unexpectedInput } from '../../base/errors.ts'
import { parseVersion } from '../../edge/version.ts'

/** The key of tokens that have no `kid`. */
export const DEFAULT_KID = 'default'

/** As the function reads a token's: 64 unreserved characters at most (RFC 3986, 2.3). */
export const isKid = (text: string): boolean => parseVersion(text) !== ''

/** @throws InputError for none, and for what the function would take for none */
export function checkedKid(text: string | undefined, hint: string): string {
  const expected = 'a kid of 1 to 64 letters, digits, or . _ ~ -'
  const found = text === undefined ? 'none' : JSON.stringify(text)
  if (text !== undefined && isKid(text)) return text
  throw unexpectedInput({
    code: text === undefined ? 'operands' : 'not-a-kid',
    expected: `${expected}, such as 2026-12`,
    found,
    remedy: hint,
  })
}
