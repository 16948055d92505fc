import { defineConfig } from 'rimlight'

/** The editor, whose pages read and write projects. */
const APP = 'https://editor.example.com'

export default defineConfig({
  domains: ['cdn.example.com'],

  origins: {
    projects: { bucket: 'example-projects', region: 'eu-central-1' },
    assets: { bucket: 'example-editor-assets', region: 'eu-central-1' },
  },

  routes: [
    // Project data, thumbnails and backgrounds change on every save: never cached, and each byte of a presigned query stays.
    {
      path: '/projects/*',
      origin: 'projects',
      cache: 'never',
      cors: { origins: [APP], methods: ['GET', 'HEAD', 'PUT'] },
    },

    // What a build names by its content never changes.
    { path: '/build/*', origin: 'assets', cache: { default: '365d' }, cors: { origins: [APP] } },

    // Public templates and fonts, published by `rimlight publish`.
    {
      path: '/*',
      origin: 'assets',
      cache: { default: '24h' },
      images: { formats: ['avif', 'webp'] },
      cors: { origins: [APP] },
    },
  ],
})
