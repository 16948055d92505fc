import { defineConfig } from 'rimlight'
import config from './edge.config.ts'

/**
 * The first step: the pictures still come from the API, whose Lambda function verifies the token as it always did and reads
 * the bucket. New is that CloudFront verifies it before, on hits as well.
 */
export default defineConfig({
  ...config,
  routes: [
    {
      path: '/proxy-image/*',
      origin: 'api',
      cache: { default: '365d' },
      auth: { type: 'jwt', algorithms: ['HS256'], path: 'paths', forward: true },
    },
    ...config.routes.filter(({ origin }) => origin === 'api'),
  ],
})
