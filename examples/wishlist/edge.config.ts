import { defineConfig } from 'rimlight'

export default defineConfig({
  domains: ['cdn.example.com'],

  origins: {
    items: { bucket: 'example-wishlist', region: 'us-east-1' },
  },

  routes: [
    // Uploads and drafts by presigned URL: never cached, and every byte of their queries left alone.
    { path: '/uploads/*', origin: 'items', cache: 'never' },

    // ?v= is the time of the last change. A missing picture may be there in five minutes.
    {
      path: '/*',
      origin: 'items',
      cache: { default: '24h', max: '365d', min: 0 },
      missing: '5m',
      images: { widths: [128, 384, 1080], qualities: [80], rect: false },
    },
  ],

  // For `rimlight logs`: which formats a viewer takes.
  logs: true,
})
