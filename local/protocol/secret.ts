/**
 * How host and Workers know each other: by the secret of this start. Their sockets are open to everything on this machine,
 * and to web pages whose names lead to it; without the secret they answer nothing.
 */
export const SECRET_HEADER = 'x-rimlight-secret'

/** The host, as far as Workers speak to it. */
export type Host = { fetch(url: string, init?: RequestInit): Promise<Response> }

/** The sockets' own name: what comes by another is a page's that has a name of its own lead to this machine. */
const HOSTNAME = '127.0.0.1'

/** A Worker's answer to what the host has not sent; `undefined` for what it has. */
export function refusalOf({ url, headers }: Request, secret: string): Response | undefined {
  const isHost = headers.get(SECRET_HEADER) === secret && new URL(url).hostname === HOSTNAME
  return isHost ? undefined : new Response('This is for the process that started it.\n', { status: 403 })
}

/** The host, told by each request that a Worker asks. */
export const withSecret = (host: Host, secret: string): Host => ({
  fetch(url, init) {
    const headers = new Headers(init?.headers)
    headers.set(SECRET_HEADER, secret)
    return host.fetch(url, { ...init, headers })
  },
})
