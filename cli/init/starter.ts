/** The config of a new site, of what somebody said about it. */
import type { Config, NegotiatedFormat } from '../../edge/config.ts'
import type { Comments } from './config-text.ts'

export type SiteAnswers = {
  /** Host names; the first is canonical. */
  domains: readonly string[]
  bucket: string
  region: string
  /** In order of preference; empty: images stay as they are. */
  formats: readonly string[]
  /** Host name, and what is put before every path: `api.example.com/prod`; empty: there is none. */
  api: string
}

/** What stands for an answer that nobody gave. Nobody has these names: RFC 2606 keeps `example.com` free. */
export const EXAMPLE_ANSWERS: SiteAnswers = {
  domains: ['cdn.example.com'],
  bucket: 'example-photos',
  region: 'us-east-1',
  formats: ['avif', 'webp'],
  api: '',
}

export function starterConfig(answers: SiteAnswers): { config: Config; comments: Comments } {
  const { domains, bucket, region, formats, api } = answers
  const slash = api.indexOf('/')
  const [domain, path] = slash < 0 ? [api, ''] : [api.slice(0, slash), api.slice(slash)]
  const apiOrigin = { domain, ...(path === '' ? {} : { path }) }
  // `images: true` is WebP alone. A format that there is not is told of when the config is checked.
  const images = formats.join() === 'webp' ? true : { formats: formats as NegotiatedFormat[] }
  const apiRoutes: Config['routes'] = api === '' ? [] : [{ path: '/api/*', origin: 'api', cache: 'never' }]
  const config: Config = {
    domains: [...domains],
    origins: { photos: { bucket, region }, ...(api === '' ? {} : { api: apiOrigin }) },
    routes: [
      ...apiRoutes,
      { path: '/*', origin: 'photos', cache: { default: '24h' }, ...(formats.length === 0 ? {} : { images }) },
    ],
  }
  const last = config.routes.length - 1
  const comments: Record<string, string[]> = {
    domains: ['The host names that viewers use; the first is where redirects go.'],
    'origins.photos': ['A private bucket, which CloudFront alone reads.'],
    routes: ['The first route whose path matches decides; the last one takes the rest.'],
    [`routes[${last}]`]: [
      formats.length === 0
        ? 'A day in the cache, a year where `?v=` holds. `images: true` resizes and converts pictures.'
        : 'A day in the cache, a year where `?v=` holds; resized for `?w=640`, converted for whoever takes it.',
    ],
  }
  if (api !== '') {
    comments['routes[0]'] = [
      "Passed on as it comes. Where answers are the same for everybody: cache: { default: '60s' }, with the `query` names and `headers` that they depend on.",
    ]
  }
  return { config, comments }
}
