import { defineConfig } from 'rimlight'

/** The web application whose pages show the pictures. */
const APP = 'https://annotate.example.com'

export default defineConfig({
  domains: ['images.example.com'],

  origins: {
    annotations: { bucket: 'example-annotations', region: 'eu-central-1' },
    // API Gateway: the path is the stage's.
    api: { domain: 'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com', path: '/prod' },
  },

  routes: [
    // Projects that anybody may look at.
    {
      path: '/proxy-image/demo/*',
      origin: 'annotations',
      strip: '/proxy-image',
      cache: { default: '24h' },
      cors: { origins: [APP] },
    },

    // All others: /proxy-image/projects/7/scan.png is projects/7/scan.png in the bucket, for whoever has a token whose
    // claim `paths` holds /proxy-image/projects/7/.
    {
      path: '/proxy-image/*',
      origin: 'annotations',
      strip: '/proxy-image',
      cache: { default: '24h' },
      cors: { origins: [APP] },
      auth: { type: 'jwt', algorithms: ['HS256'], from: ['authorization', 'cookie:annotation'], path: 'paths' },
    },

    // Whoever logs in has no token yet.
    { path: '/login', origin: 'api', cache: 'never' },

    // The rest of the API reads the token itself: what it may change is for it to say.
    {
      path: '/*',
      origin: 'api',
      cache: 'never',
      auth: { type: 'jwt', algorithms: ['HS256'], forward: true },
    },
  ],
})
