/** Cookies, RFC 6265: those that come in, and those that are set. */
import { unexpectedInput } from '../base/errors.ts'

export type CookieAttributes = {
  /** A parent of the CDN's host and the handler's: `example.com`; default: the handler's host alone. */
  domain?: string | undefined
  /** Where browsers send it to; default `/`. */
  path?: string | undefined
  /** Default `Lax`; `None` for pages of another site than the CDN's. */
  sameSite?: 'Strict' | 'Lax' | 'None' | undefined
  /** Default true; false for `http:` in development. */
  secure?: boolean | undefined
  /** Default true: no script reads it. */
  httpOnly?: boolean | undefined
}

/** What browsers keep of one: RFC 6265bis, 5.6, for name and value together. */
const MAX_BYTES = 4_096

const NAME = /^[\w!#$%&'*+.^`|~-]+$/

/** What a browser would drop, or read as something else. */
export function cookieProblem(
  names: readonly string[],
  { domain, path = '/', sameSite = 'Lax', secure = true }: CookieAttributes,
): { expected: string; found: unknown } | undefined {
  const name = names.find((name) => !NAME.test(name))
  if (name !== undefined) return { expected: 'a name without spaces, separators and control characters', found: name }
  if (domain !== undefined && !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(domain)) {
    return { expected: 'a domain such as example.com', found: domain }
  }
  if (!/^\/[!-:<-~]*$/.test(path)) return { expected: 'a path that begins with /', found: path }
  if (!['Strict', 'Lax', 'None'].includes(sameSite)) return { expected: "'Strict', 'Lax' or 'None'", found: sameSite }
  if (sameSite === 'None' && !secure) return { expected: 'secure with SameSite=None', found: 'secure: false' }
  if (names.some((name) => /^__(?:Host|Secure)-/i.test(name)) && !secure) {
    return { expected: 'secure with a name of __Secure- or __Host-', found: 'secure: false' }
  }
  if (names.some((name) => /^__Host-/i.test(name)) && (domain !== undefined || path !== '/')) {
    return { expected: 'no domain, and the path /, with a name of __Host-', found: domain ?? path }
  }
  return undefined
}

/**
 * A `set-cookie` line. @param seconds until it goes; 0 removes it
 * @throws InputError (`cookie-size`) if browsers would drop it
 */
export function setCookie(name: string, value: string, attributes: CookieAttributes, seconds: number): string {
  const { domain, path = '/', sameSite = 'Lax', secure = true, httpOnly = true } = attributes
  const size = name.length + value.length
  if (size > MAX_BYTES) {
    const expected = `a cookie of at most ${MAX_BYTES} bytes`
    throw unexpectedInput({
      at: name,
      code: 'cookie-size',
      expected,
      found: `one of ${size}`,
      remedy: 'grant fewer paths or claims',
    })
  }
  return [
    `${name}=${value}`,
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    `Path=${path}`,
    `Max-Age=${seconds}`,
    ...(secure ? ['Secure'] : []),
    ...(httpOnly ? ['HttpOnly'] : []),
    `SameSite=${sameSite}`,
  ].join('; ')
}

/** The values of the cookies of this name, in order. */
export const cookieValues = (request: Request, name: string): string[] =>
  (request.headers.get('cookie') ?? '').split(/; ?/).flatMap((pair) => {
    const at = pair.indexOf('=')
    return at >= 0 && pair.slice(0, at) === name ? [pair.slice(at + 1).replace(/^"(.*)"$/, '$1')] : []
  })
