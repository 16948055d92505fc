/** What a project of its own has besides the config: scripts, a first event, a first test, what git leaves out. */
import type { Config } from '../../edge/config.ts'
import { patternOf } from '../../edge/patterns.ts'

export const CONFIG_FILE = 'edge.config.ts'
export const EVENT_FILE = 'events/viewer-request.json'
/** `.mts`: a module, whatever the project's package.json says of its files. */
export const TEST_FILE = 'test/edge.test.mts'

/** By the name that a script gets where it is free. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  dev: 'rimlight dev',
  build: 'rimlight build',
  replay: 'rimlight replay events',
  test: `rimlight build && node --test ${TEST_FILE}`,
}

/** Builds, and what keeps secrets: `rimlight keys add --out NAME.secret`. */
export const IGNORED: readonly string[] = ['node_modules/', 'dist/', 'release/', '.rimlight/', '*.secret']

/** One of the pictures that stand for a bucket on this machine. */
const PICTURE = '/photos/dusk.jpg'

/** As CloudFront sends it: Developer Guide, "CloudFront Functions event structure". */
export function firstEvent({ domains }: Pick<Config, 'domains'>): string {
  const event = {
    version: '1.0',
    context: {
      distributionDomainName: 'd111111abcdef8.cloudfront.net',
      distributionId: 'EDFDVBD6EXAMPLE',
      eventType: 'viewer-request',
      requestId: 'EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLEu3EqEXAMPLE==',
    },
    viewer: { ip: '203.0.113.1' },
    request: {
      method: 'GET',
      uri: PICTURE,
      querystring: { w: { value: '600' }, v: { value: '1706400000000' }, utm_source: { value: 'newsletter' } },
      headers: {
        host: { value: domains[0] },
        accept: { value: 'image/avif,image/webp,image/*,*/*;q=0.8' },
        'cloudfront-forwarded-proto': { value: 'https' },
      },
      cookies: {},
    },
  }
  return `${JSON.stringify([{ name: 'a browser asks for a photo, 600 pixels wide', event }], null, 2)}\n`
}

type Route = Config['routes'][number]

/** Null where the picture's path leads to an API, which no sample stands for. */
export function firstTest({ origins, routes }: Pick<Config, 'origins' | 'routes'>): string | null {
  const route = routes.find(({ path }) => patternOf(path).test(PICTURE))
  if (!route || !('bucket' in (origins[route.origin] ?? {}))) return null
  return testText(route.cache === 'never' || route.auth ? refusalTest() : pictureTest(route))
}

/** What a viewer that takes WebP gets. */
function pictureTest({ images }: Route): string {
  const formats = images === true ? ['webp'] : images ? (images.formats ?? ['webp']) : []
  const isWebp = formats.includes('webp')
  return `test('a picture is served${isWebp ? ' as WebP' : ''}, and cached', async () => {
  const ask = () => cloudfront.fetch('${PICTURE}?w=640', { headers: { accept: 'image/webp' } })
  const miss = await ask()
  assert.equal(miss.status, 200)
  assert.equal(miss.headers.get('content-type'), '${isWebp ? 'image/webp' : 'image/jpeg'}')
  await miss.arrayBuffer()
  assert.equal((await ask()).headers.get('x-cache'), 'Hit from cloudfront')
})
`
}

const refusalTest = (): string => `test('nobody gets a picture without a signature', async () => {
  const { status } = await cloudfront.fetch('${PICTURE}')
  assert.equal(status, 403)
})
`

const testText = (
  test: string,
): string => `// The site as CloudFront runs it, on this machine, from the files that \`rimlight build\` wrote.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type CloudFront, startCloudFront } from 'rimlight/local'

let cloudfront: CloudFront
before(async () => {
  // On free ports. Sample pictures stand for the bucket; \`buckets: { NAME: 'FOLDER' }\` takes a folder of yours.
  cloudfront = await startCloudFront({ dist: 'dist' })
})
after(() => cloudfront?.stop())

${test}`
