import { defineConfig } from './edge/config.ts'

export default defineConfig({
  domains: ['cdn.example.com'],

  origins: {
    photos: { bucket: 'example-photos', region: 'us-east-1' },
    api: { domain: 'api.example.com' },
  },

  // The first route whose path matches decides.
  routes: [
    // Presigned URLs to what changes on every save: never cached, passed on byte for byte.
    { path: '/drafts/*', origin: 'photos', cache: 'never' },

    // An API: the query parameters and headers that its answers depend on, and no others.
    { path: '/api/*', origin: 'api', cache: { default: '60s' }, query: ['page', 'term'], headers: ['authorization'] },

    // Everything else: photos, resized and converted where a viewer asks, a year in the cache where `?v=` holds.
    { path: '/*', origin: 'photos', cache: { default: '24h' }, images: true, cors: { origins: '*' } },
  ],
})
