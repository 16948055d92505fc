import { describe, expect, it } from 'vitest'
import { type AskedRequest, type OriginResponse, type RoutedRequest, responseRule } from '../../../edge/response.ts'

const NOW = Date.UTC(2026, 10, 20)

const request: RoutedRequest = {
  kind: 'routed',
  index: 0,
  method: 'GET',
  route: { cached: true, s3: true, parameters: ['v'], version: 'v', images: 0 },
  lifetime: { default: 3_600, missing: 300, settle: 600, private: false, vary: [] },
  version: '',
  variant: '',
  takesImageParameters: false,
}
const api = { ...request, route: { ...request.route, s3: false } }
const unrouted: AskedRequest = { kind: 'unrouted', method: 'GET', isPersonal: false }

const response = (status: number, cacheControl = ''): OriginResponse => ({
  status,
  caching: { cacheControl, expiresIn: undefined, age: 0 },
  facts: { lastModified: Number.NaN, etag: '', metaVersion: 'seven', metaSha256: '' },
})

const ruleFor = (asked: AskedRequest, status: number, cacheControl?: string) =>
  responseRule(asked, response(status, cacheControl), NOW)

describe('one rule for each kind of response, in this order', () => {
  it.each([200, 404, 500])('a never route is untouched: %i', (status) => {
    expect(ruleFor({ ...request, route: { ...request.route, cached: false } }, status)).toEqual({ kind: 'untouched' })
  })

  it.each([
    ['403 of a bucket', request, 403, 'public, max-age=300'],
    ['404 of a bucket', request, 404, 'public, max-age=300'],
    ['to HEAD', { ...request, method: 'HEAD' }, 404, 'public, max-age=300'],
    ['asked for with a version', { ...request, version: '7' }, 404, 'public, max-age=10'],
  ])('missing: %s', (_rule, asked, status, cacheControl) => {
    expect(ruleFor(asked, status)).toEqual({ kind: 'missing', cacheControl, status })
  })

  it.each([
    ['5xx', request, 503, 'max-age=60', 'no-store'],
    ['what is no status of HTTP: 600', api, 600, 'max-age=60', 'no-store'],
    ['999', request, 999, 'max-age=60', 'no-store'],
    ['404 of an API keeps its own', api, 404, 'max-age=60', 'max-age=60'],
    ['403 to PUT', { ...request, method: 'PUT' }, 403, '', 'no-store'],
    ['301 without its own', request, 301, '', 'no-store'],
    ['no route, no status', unrouted, Number.NaN, '', 'no-store'],
  ])('error: %s', (_rule, asked, status, own, cacheControl) => {
    expect(ruleFor(asked, status, own)).toEqual({ kind: 'error', cacheControl })
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'untouched: %s to an API, or to nobody knows what',
    (method) => {
      for (const status of [200, 201, 404, 503]) {
        expect(ruleFor({ ...api, method }, status)).toEqual({ kind: 'untouched' })
        expect(ruleFor({ ...unrouted, method }, status)).toEqual({ kind: 'untouched' })
      }
    },
  )

  it('without a route, what came with credentials is for no cache', () => {
    const personal = { ...unrouted, isPersonal: true } as AskedRequest
    expect(ruleFor(personal, 200)).toEqual({ kind: 'unrouted', cacheControl: 'private, max-age=60' })
    expect(ruleFor(personal, 200, 'no-store')).toEqual({ kind: 'unrouted', cacheControl: 'no-store' })
  })

  it('without a route, a minute, unless the origin forbids it', () => {
    expect(ruleFor(unrouted, 200)).toEqual({ kind: 'unrouted', cacheControl: 'public, max-age=60' })
    expect(ruleFor(unrouted, 304, 'private')).toEqual({ kind: 'unrouted', cacheControl: 'private' })
  })

  it.each([
    ['a bucket without a version', request, 'unversioned'],
    ['a bucket that bears the version out', { ...request, version: 'seven' }, 'verified'],
    ['a bucket that has another', { ...request, version: 'eight' }, 'unsettled'],
    ['an API without a version', api, 'unknown'],
    ['an API, whatever it says', { ...api, version: 'seven' }, 'unknown'],
  ])('object: %s', (_rule, asked, verdict) => {
    expect(ruleFor(asked, 200)).toMatchObject({ kind: 'object', verdict, wantsImage: false })
  })

  it.each([
    [200, 'GET', true, false, 'public, max-age=3600'],
    [206, 'GET', false, false, 'no-store'],
    [304, 'GET', false, true, 'public, max-age=3600'],
    [200, 'HEAD', false, false, 'public, max-age=3600'],
  ])('object: an image is asked for, %i to %s', (status, method, wantsImage, hasForeignEtag, cacheControl) => {
    expect(ruleFor({ ...request, method, variant: 'fm=webp' }, status)).toMatchObject({
      wantsImage,
      hasForeignEtag,
      caching: { cacheControl },
    })
  })

  it.each([
    [200, 'GET', 'public, max-age=3600'],
    [206, 'GET', 'public, max-age=3600'],
    [304, 'GET', 'public, max-age=3600'],
    [200, 'HEAD', 'public, max-age=3600'],
  ])('object: a variant on a route without images is none, %i to %s', (status, method, cacheControl) => {
    const route = { ...request.route, images: -1 }
    expect(ruleFor({ ...request, method, route, variant: 'fm=webp' }, status)).toMatchObject({
      wantsImage: false,
      hasForeignEtag: false,
      caching: { cacheControl },
    })
  })
})
