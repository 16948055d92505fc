import { defineConfig } from 'rimlight'

export default defineConfig({
  // Each tenant's site is at TENANT.sites.example.com.
  domains: ['sites.example.com'],

  origins: {
    // Each tenant's objects are below tenants/TENANT/.
    sites: { bucket: 'example-sites', region: 'eu-central-1' },
  },

  routes: [
    // What the builder names by its content never changes.
    { path: '/assets/*', origin: 'sites', cache: { default: '365d' } },
    // Pages and pictures: `/about/` is the page about/index.html.
    {
      path: '/*',
      origin: 'sites',
      cache: { default: '1h' },
      images: { formats: ['avif', 'webp'] },
      index: 'index.html',
    },
  ],

  // So that a page goes from the caches under all its names at once: `rimlight tenants invalidate shop '#/about/index.html'`.
  cacheTags: true,
})
