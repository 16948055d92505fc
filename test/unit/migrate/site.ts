import type { Config } from '../../../edge/config.ts'
import { type Site, siteOf } from '../../../urls/urls.ts'

const config: Config = {
  domains: ['cdn.example.com'],
  origins: {
    photos: { bucket: 'example-photos', region: 'us-east-1' },
    plain: { bucket: 'example-plain', region: 'us-east-1' },
  },
  routes: [
    { path: '/drafts/*', origin: 'photos', cache: 'never' },
    { path: '/*', origin: 'photos', cache: { default: '24h' }, images: true },
  ],
}

export const site: Site = siteOf(config)

/** Another bucket before it, whose pictures are not resized. */
export const twoBuckets: Site = siteOf({
  ...config,
  routes: [{ path: '/plain/*', origin: 'plain', strip: '/plain', cache: { default: '24h' } }, ...config.routes],
})
