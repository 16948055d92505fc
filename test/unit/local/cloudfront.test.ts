/** CloudFront as a library, in somebody's own tests. */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Config } from '../../../edge/config.ts'
import { startCloudFront } from '../../../local/cloudfront.ts'
import { type Built, built } from '../../e2e/site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
  routes: [{ path: '/*', origin: 'photos', cache: { default: '60s' } }],
}

let bundle: Built
beforeAll(async () => {
  bundle = await built(CONFIG)
})
afterAll(() => bundle.remove())

it('is what `rimlight/local` names', () => {
  const file = fileURLToPath(new URL('../../../local/cloudfront.ts', import.meta.url))
  expect(createRequire(import.meta.url).resolve('rimlight/local')).toBe(file)
})

it('is ready in less than 2 s after the first time', async () => {
  const times: number[] = []
  for (let start = 0; start < 4; start++) {
    const before = performance.now()
    const cloudfront = await startCloudFront({ dist: bundle.dist })
    times.push(performance.now() - before)
    await cloudfront.stop()
  }
  // The least of them: what the machine does besides is not ours.
  expect(Math.min(...times.slice(1))).toBeLessThan(2_000)
})

it('tells of each request to who listens, and no longer than that', async () => {
  const cloudfront = await startCloudFront({ dist: bundle.dist })
  try {
    const heard: string[] = []
    const stopListening = cloudfront.on('request', ({ path }) => heard.push(path))
    await (await cloudfront.fetch('/heard')).text()
    await expect.poll(() => heard).toEqual(['/heard'])
    stopListening()
    await (await cloudfront.fetch('/unheard')).text()
    await expect.poll(() => cloudfront.requests().map(({ path }) => path)).toEqual(['/heard', '/unheard'])
    expect(heard).toEqual(['/heard'])
  } finally {
    await cloudfront.stop()
  }
})
