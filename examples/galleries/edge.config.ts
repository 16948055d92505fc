import { defineConfig } from 'rimlight'

export default defineConfig({
  domains: ['cdn.example.com'],

  origins: {
    // Frankfurt, which all misses go through: a picture that one edge location had asked for is there for all others.
    photos: { bucket: 'example-galleries', region: 'eu-central-1', shield: true },
  },

  routes: [
    // Covers are replaced under their names.
    { path: '/covers/*', origin: 'photos', cache: { default: '1h' } },

    // A picture never changes: a new one has a new key. It is passed on as it is, HEIC that is called .jpg as well.
    { path: '/*', origin: 'photos', cache: { default: '365d' }, version: null },
  ],
})
