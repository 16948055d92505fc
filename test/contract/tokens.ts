/** Tokens as an application makes them, and as nobody should; made by node:crypto, and by nothing of the project. */
import { createHmac } from 'node:crypto'

export const SECRET = Buffer.from('0123456789abcdef0123456789abcdef-the-first')
export const OTHER = Buffer.from('another-secret-of-the-same-site-32-bytes')

/** RFC 7515, A.1.1: the key of the example. */
const RFC_KEY = 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow'

export const KEY_VALUES: Record<string, string> = {
  'jwt/a': SECRET.toString('base64url'),
  'jwt/b': OTHER.toString('base64url'),
  'jwt/default': RFC_KEY,
  'jwt/short': Buffer.from('short').toString('base64url'),
  'jwt/empty': '',
  other: SECRET.toString('base64url'),
}

export const NOW = Math.floor(Date.now() / 1000)

export type Claims = Record<string, unknown>

export const CLAIMS: Claims = { sub: 'user-1', iss: 'https://login.example.com', aud: 'cdn', exp: NOW + 3_600 }

export const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

export const sign = (signed: string, secret: Buffer | string = SECRET, hash = 'sha256'): string =>
  createHmac(hash, secret).update(signed).digest('base64url')

/** @param header laid over the ordinary one; a text stands for itself, and so do claims */
export function token(
  claims: Claims | string = CLAIMS,
  header: Claims | string = {},
  secret: Buffer | string = SECRET,
) {
  const head = typeof header === 'string' ? header : { alg: 'HS256', typ: 'JWT', kid: 'a', ...header }
  const signed = `${part(head)}.${part(claims)}`
  return `${signed}.${sign(signed, secret)}`
}

/** RFC 7515, A.1: as printed there; it expired in 2011. */
export const RFC_7515_A1 =
  'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9' +
  '.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ' +
  '.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

const LATER = `${RFC_7515_A1.split('.', 1)[0]}.${part(`{"iss":"joe",\r\n "exp":${NOW + 3_600},\r\n "http://example.com/is_root":true}`)}`

export const RFC_7515_A1_LATER = `${LATER}.${sign(LATER, Buffer.from(RFC_KEY, 'base64url'))}`

/** RFC 7519, 6.1: the unsecured one. */
export const RFC_7519_6_1 =
  'eyJhbGciOiJub25lIn0' +
  '.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.'

/** RFC 7515, A.2: RS256. */
export const RFC_7515_A2 =
  'eyJhbGciOiJSUzI1NiJ9' +
  '.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ' +
  '.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB0p79fRvj8JPCVN3pWHtoXA'.slice(
    0,
    345,
  )
