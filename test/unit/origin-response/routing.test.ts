import { describe, expect, it, vi } from 'vitest'
import { compile } from '../../../build/compile.ts'
import { imageRequest, routedRequest } from '../../../origin-response/routing.ts'
import { ROUTE } from '../../contract/config.ts'
import { originResponseEvent, type ResponseInput, s3Origin } from '../../contract/events.ts'

// The build puts the compiled config in this module's place.
vi.mock('../../../edge/rules.ts', async () => {
  const { settings } = await import('../../contract/config.ts')
  return compile(settings())
})

type Request = Parameters<typeof imageRequest>[1]

const requestOf = (input: ResponseInput): Request => {
  const [first] = originResponseEvent(input).Records as unknown as { cf: { request: Request } }[]
  return first?.cf.request as Request
}

/** What is asked for of a route. */
function askedBy(request: Request) {
  const routed = routedRequest(request)
  if (routed.kind === 'unrouted') throw new Error('no route')
  return imageRequest(routed, request)
}

const asked = (input: ResponseInput) => askedBy(requestOf({ route: ROUTE.photos, variant: 'w=640', ...input }))

const UNSUPPORTED = { kind: 'original', reason: 'unsupported' }

describe('a rendition that was asked for', () => {
  it('is all that making it takes', () => {
    expect(asked({ uri: '/a/photo.jpg', variant: 'fit=crop&fm=webp&h=640&q=50&w=640' })).toEqual({
      kind: 'image',
      bucket: { bucket: 'example-photos', region: 'eu-central-1' },
      key: 'a/photo.jpg',
      uri: '/a/photo.jpg',
      variant: { fit: 'crop', fm: 'webp', h: 640, q: 50, w: 640 },
      rule: expect.objectContaining({ quality: 80, requestable: ['webp', 'jpg', 'png', 'common', 'avif'] }),
      limit: { maxInputBytes: 26_214_400, maxInputPixels: 50_000_000, budget: 700 },
    })
  })

  it('is read where the response comes from: the origin, or the one that was asked where that failed', () => {
    const bucketOf = (origin: object) => {
      const found = asked({ uri: '/a/photo.jpg', origin: origin as never })
      return found.kind === 'image' ? found.bucket : found
    }
    expect(bucketOf(s3Origin('example-mirror.s3.us-west-2.amazonaws.com'))).toEqual({
      bucket: 'example-mirror',
      region: 'us-west-2',
    })
    expect(bucketOf(s3Origin('example-photos.s3.amazonaws.com'))).toMatchObject({ bucket: 'example-photos' })
    expect(bucketOf({})).toMatchObject({ bucket: 'example-photos' })
  })

  it("has its own route's rule", () => {
    expect(asked({ route: ROUTE.thumbs, uri: '/thumbs/a.jpg', variant: 'w=200' })).toMatchObject({
      variant: { w: 200 },
      rule: { quality: 60, widths: [100, 200, 400], qualities: [40, 60, 80] },
      limit: { maxInputBytes: 1_000_000, maxInputPixels: 50_000_000, budget: 700 },
    })
  })
})

describe('the key, from the path', () => {
  it.each([
    ['as it is', '/a/b.jpg', 'a/b.jpg'],
    ['its prefix is in it: origin-request put it there', '/site/%C3%A9t%C3%A9%201/a.jpg', 'site/été 1/a.jpg'],
    ['a plus is a space', '/a+b.jpg', 'a b.jpg'],
    ['an escaped plus is a plus', '/a%2Bb.jpg', 'a+b.jpg'],
    ['an escaped space is one', '/a%20b.jpg', 'a b.jpg'],
    ['an escaped percent sign is one, and begins nothing', '/a%2541.jpg', 'a%41.jpg'],
    ['an escaped slash is one', '/a%2Fb.jpg', 'a/b.jpg'],
    ['slashes are part of it', '//a//b.jpg', '/a//b.jpg'],
    ['so are a query’s signs', '/a%3Fb%23c.jpg', 'a?b#c.jpg'],
    ['beyond the BMP', '/%F0%9F%91%8D.jpg', '👍.jpg'],
  ])('%s', (_rule, uri, key) => {
    expect(asked({ uri })).toMatchObject({ key, uri })
  })

  it("the origin's own path comes before it", () => {
    const origin = { s3: { ...s3Origin().s3, path: '/site/%C3%A9t%C3%A9+1' } }
    expect(asked({ uri: '/a.jpg', origin })).toMatchObject({ key: 'site/été 1/a.jpg', uri: '/a.jpg' })
  })

  it.each(['/%', '/%zz.jpg', '/%E9.jpg', '/%C3.jpg', '/%F0%9F%91.jpg', '/%ED%A0%80.jpg'])('%s is none', (uri) => {
    expect(asked({ uri })).toEqual({ ...UNSUPPORTED, detail: `${uri} is the path of no key` })
  })

  it('of a request without a path there is none', () => {
    for (const uri of [undefined, null, 5]) {
      const request = { ...requestOf({ route: ROUTE.photos, variant: 'w=640' }), uri } as unknown as Request
      expect(askedBy(request)).toMatchObject(UNSUPPORTED)
    }
  })
})

describe('the variant is held to the ladder once more', () => {
  it.each([
    ['w=641&fm=webp', { fm: 'webp' }],
    ['w=640&q=51', { w: 640 }],
    ['w=640&q=80', { w: 640 }],
    ['fm=gif&w=640', { w: 640 }],
    ['fit=crop&h=641&w=640', { w: 640 }],
    ['x=1&w=640', { w: 640 }],
  ])('%s', (variant, expected) => {
    expect(asked({ variant })).toMatchObject({ kind: 'image', variant: expected })
  })

  it.each(['', 'w=641', 'q=80', 'fm=gif', 'w=0640', 'nonsense', 'fit=crop'])('%j: nothing is asked for', (variant) => {
    expect(asked({ variant })).toEqual({ ...UNSUPPORTED, detail: `${variant} is off the ladders` })
  })

  it("another route's rungs are none", () => {
    expect(asked({ route: ROUTE.thumbs, variant: 'w=640' })).toMatchObject(UNSUPPORTED)
    expect(asked({ route: ROUTE.photos, variant: 'w=200' })).toMatchObject(UNSUPPORTED)
    expect(asked({ route: ROUTE.thumbs, variant: 'fm=avif' })).toMatchObject(UNSUPPORTED)
  })
})

describe('the route', () => {
  it.each(['', 'x', '-1', '99', '1.5', '8 8', '8, 8'])('%j is none', (route) => {
    expect(routedRequest(requestOf({ route }))).toEqual({ kind: 'unrouted', method: 'GET', isPersonal: false })
  })

  it.each(['0x8', '8e0', '+8', '8.0'])('%j is no index, although it is a number', (route) => {
    expect(routedRequest(requestOf({ route }))).toEqual({ kind: 'unrouted', method: 'GET', isPersonal: false })
  })

  it.each(['drafts', 'live', 'api', 'vault', 'builds', 'avatars', 'styles'] as const)('%s has no images', (name) => {
    expect(asked({ route: ROUTE[name] })).toMatchObject(UNSUPPORTED)
    expect(routedRequest(requestOf({ route: ROUTE[name] }))).toMatchObject({
      kind: 'routed',
      takesImageParameters: false,
    })
  })

  it('is what origin-request said, with the version and the variant', () => {
    expect(routedRequest(requestOf({ route: ROUTE.thumbs, version: 'abc', variant: 'w=200', method: 'HEAD' }))).toEqual(
      {
        kind: 'routed',
        index: ROUTE.thumbs,
        method: 'HEAD',
        route: expect.objectContaining({ cached: true, s3: true, images: 0 }),
        lifetime: { default: 3_600, missing: expect.any(Number), settle: expect.any(Number), private: false, vary: [] },
        version: 'abc',
        variant: 'w=200',
        takesImageParameters: true,
      },
    )
  })

  it.each([
    ['/photo.jpg', true],
    ['/photo', true],
    ['/photo.svg', false],
    ['/page.html', false],
  ])('%s takes image parameters: %s', (uri, takesImageParameters) => {
    expect(routedRequest(requestOf({ uri }))).toMatchObject({ takesImageParameters })
  })
})

it.each(['02', '00', '1e0', '0x1', ' 0', '0 ', '+1', '1.0', '-0'])('%j is the index of no route', (index) => {
  const headers = { 'x-rimlight-route': [{ value: index }] }
  expect(routedRequest({ headers } as unknown as Request)).toEqual({
    kind: 'unrouted',
    method: 'GET',
    isPersonal: false,
  })
})

it.each([undefined, {}, { headers: null }, { headers: [] }, { headers: { 'x-rimlight-route': 'x' } }])(
  'a request that is %j has no route',
  (request) => {
    expect(routedRequest(request as Request)).toEqual({ kind: 'unrouted', method: 'GET', isPersonal: false })
  },
)
