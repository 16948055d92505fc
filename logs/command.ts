/** `rimlight logs`: what CloudFront's logs tell. */
import { defineVerbs } from '../cli/kit/verbs.ts'

export const main = defineVerbs({
  name: 'rimlight logs',
  about:
    'What a distribution did, from the logs that CloudFront writes: standard logs, v2 and real-time, or the access log of `rimlight start`.',
  verbs: {
    report: { about: 'hit ratio, misses and why, errors, latency, pictures', load: () => import('./report.ts') },
    cost: {
      about: 'what it cost, what it would have cost from S3, a month of it, flat-rate plans',
      load: () => import('./cost.ts'),
    },
    simulate: {
      about: 'hit ratio and requests to the origin that another config would have had',
      load: () => import('./simulate.ts'),
    },
    athena: {
      about: 'the report by Amazon Athena: its table and queries as files, or what they give',
      packages: ['@aws-sdk/client-s3'],
      load: () => import('./athena.ts'),
    },
  },
  examples: ['rimlight logs report .rimlight/access.log'],
})
