/** How a Worker and the host know each other. */
import { SECRET_HEADER } from '../protocol/secret.ts'

/** The host, as far as Workers speak to it. */
export type Host = Pick<Fetcher, 'fetch'>

/** What comes by another name than the socket's own comes from a page that has a name of its own lead to this machine. */
const HOSTNAME = '127.0.0.1'

/** The answer to what the host has not sent; `undefined` for what it has. */
export function refusalOf({ url, headers }: Request, secret: string): Response | undefined {
  const isHost = headers.get(SECRET_HEADER) === secret && new URL(url).hostname === HOSTNAME
  return isHost ? undefined : new Response('This is for the process that started it.\n', { status: 403 })
}

export const withSecret = (host: Fetcher, secret: string): Host => ({
  fetch: (url, init) => {
    const headers = new Headers(init?.headers)
    headers.set(SECRET_HEADER, secret)
    return host.fetch(url, { ...init, headers })
  },
})
