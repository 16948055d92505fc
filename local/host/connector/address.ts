export type OriginAddress = {
  scheme: 'http' | 'https'
  hostname: string
  port: number
  /** For people: `http://localhost:9000`. */
  origin: string
  /** Path and query, not a byte changed: `URL` would resolve dots and escape characters. */
  target: string
}

/** @returns a text that says what is wrong, for a URL that can't be called */
export function originAddressOf(url: string): OriginAddress | string {
  const [, scheme, authority, rest = ''] = /^(https?):\/\/([^/?#\\]+)([^#]*)/i.exec(url) ?? []
  const parsed = URL.parse(`${scheme}://${authority}`)
  if (!scheme || !parsed)
    return `expected a URL that begins with http:// or https:// and a host, found ${JSON.stringify(url)}`
  const isSecure = parsed.protocol === 'https:'
  return {
    scheme: isSecure ? 'https' : 'http',
    hostname: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: Number(parsed.port) || (isSecure ? 443 : 80),
    origin: parsed.origin,
    target: rest.startsWith('/') ? rest : `/${rest}`,
  }
}
