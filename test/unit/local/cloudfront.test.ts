/** CloudFront as a library, in somebody's own tests. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Config } from '../../../edge/config.ts'
import { InputError, startCloudFront } from '../../../local/cloudfront.ts'
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

it.each([
  [
    { pops: 0 },
    'pops: expected a whole number from 1 to 99, found 0',
    { expected: 'a whole number from 1 to 99', found: '0' },
  ],
  [
    { httpsPort: 70_000 },
    'httpsPort: expected a whole number from 0 to 65535, found 70000',
    { expected: 'a whole number from 0 to 65535', found: '70000' },
  ],
  [
    { httpPort: -1, pops: 1.5 },
    'httpPort: expected a whole number from 0 to 65535, found -1\npops: expected a whole number from 1 to 99, found 1.5',
    { expected: undefined, found: undefined },
  ],
])('refuses %o', async (options, message, facts) => {
  const error = await startCloudFront({ dist: bundle.dist, ...options }).catch((thrown) => thrown)
  expect(error).toBeInstanceOf(InputError)
  expect(error).toMatchObject({ message, code: 'not-in-range', ...facts })
})

it('says where there is no bundle', async () => {
  await expect(startCloudFront({ dist: 'nowhere' })).rejects.toThrow(
    'nowhere/policies.json: not found; `rimlight build` writes it',
  )
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
