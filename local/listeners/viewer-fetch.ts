import { Agent, buildConnector, fetch, type RequestInit, type Response } from 'undici'
import type { Certificate } from './certificate.ts'
import type { ViewerListeners } from './viewer-listeners.ts'

export type ViewerFetch = (path: string, init?: RequestInit) => Promise<Response>

type ViewerFetchOptions = {
  certificate: Certificate
  /** The host of a path without one. */
  domain: string
  ports: Pick<ViewerListeners, 'httpsPort' | 'httpPort'>
}

/** A `fetch` that connects to this machine's CloudFront whatever the host. */
export function viewerFetch({ certificate, domain, ports }: ViewerFetchOptions) {
  const connect = buildConnector({ ca: certificate.cert })
  const agent = new Agent({
    connect: (options, callback) =>
      connect(
        {
          ...options,
          host: '127.0.0.1',
          hostname: '127.0.0.1',
          servername: options.hostname,
          port: String(options.protocol === 'https:' ? ports.httpsPort : ports.httpPort),
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
