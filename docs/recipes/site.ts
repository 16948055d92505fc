import type { Site } from 'rimlight-app/urls'

/** What `siteOf(config)` returns, written out: a browser needs no more of the config. */
export const site: Site = {
  domains: ['cdn.example.com'],
  routes: [{ path: '/*', bucket: 'example-photos', widths: [256, 640, 1080, 1920] }],
}
