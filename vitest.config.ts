import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A busy machine is late, not wrong.
    expect: { poll: { timeout: 20_000 } },
    // Many tests wait for processes: one core need not be kept free.
    maxWorkers: '100%',
    // Whoever runs this may have credentials for AWS; tests that need some make them up.
    env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '', AWS_ENDPOINT_URL_S3: '' },
    // It imports JSON in a way that Node does not take.
    server: { deps: { inline: [/@actions\//] } },
    reporters: ['default', './test/tally.ts'],
  },
})
