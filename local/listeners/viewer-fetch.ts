import { Agent, buildConnector, fetch, type RequestInit, type Response } from 'undici'
import type { Certificate } from './certificate.ts'
import type { Viewers } from './viewer-listeners.ts'

export type ViewerFetch = (path: string, init?: RequestInit) => Promise<Response>

type ViewerFetchOptions = {
  certificate: Certificate
  /** That paths are of. */
  domain: string
  viewers: Pick<Viewers, 'httpsPort' | 'httpPort'>
}

/** `fetch` for which every host is this machine's CloudFront. */
export function viewerFetch({ certificate, domain, viewers }: ViewerFetchOptions) {
  const connect = buildConnector({ ca: certificate.cert })
  const agent = new Agent({
    connect: (options, callback) =>
      connect(
        {
          ...options,
          host: '127.0.0.1',
          hostname: '127.0.0.1',
          servername: options.hostname,
          port: String(options.protocol === 'https:' ? viewers.httpsPort : viewers.httpPort),
        },
        callback,
      ),
  })
  return {
    fetch: ((path, init) =>
      fetch(new URL(path, `https://${domain}`), { redirect: 'manual', ...init, dispatcher: agent })) as ViewerFetch,
    close: () => agent.destroy(),
  }
}
