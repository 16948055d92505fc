import { describe, expect, it } from 'vitest'
import { bucketAccess } from '../../../../deploy/template/bucket-access.ts'
import type { Config, Route } from '../../../../edge/config.ts'
import { bundleOf, CONFIG } from './bundles.ts'

const ORIGINS: Config['origins'] = {
  photos: { bucket: 'example-photos', region: 'us-east-1' },
  site: { bucket: 'example-photos', region: 'us-east-1', prefix: 'private/site' },
  vault: { bucket: 'example-vault', region: 'eu-central-1', prefix: 'été 1' },
}

const accessOf = (...routes: Route[]) =>
  bucketAccess(bundleOf({ domains: ['cdn.example.com'], origins: ORIGINS, routes }))

const cached = (path: string, origin = 'photos'): Route => ({ path, origin, cache: {} })
const never = (path: string, origin = 'photos'): Route => ({ path, origin, cache: 'never' })

describe('who reads which keys', () => {
  it('is what cached routes serve, images for the image role, and never what never routes have', () => {
    expect(bucketAccess(bundleOf(CONFIG))).toEqual([
      {
        bucket: 'example-photos',
        region: 'us-east-1',
        origins: ['photos'],
        read: ['*'],
        images: ['*'],
        never: ['projects/*'],
        undenied: [],
      },
    ])
  })

  it('is by folder where the last route is not of the bucket', () => {
    const [access] = accessOf(cached('/a/*'), { ...cached('/b/*'), images: true }, cached('/*', 'vault'))
    expect(access).toMatchObject({ read: ['a/*', 'b/*'], images: ['b/*'] })
  })

  it('has the prefix of the origin, as the text that it is in keys', () => {
    const [access] = accessOf(never('/x/*', 'vault'), cached('/*', 'vault'))
    expect(access).toMatchObject({ bucket: 'example-vault', read: ['été 1/*'], never: ['été 1/x/*'] })
  })

  it('lets a cached route that comes first have its keys, where the rest is never read', () => {
    const [access] = accessOf(cached('/static/*'), never('/*'))
    expect(access).toMatchObject({ read: ['static/*'], never: [], undenied: [] })
  })

  it('says what it can not deny: keys of which a cached route that comes first serves some', () => {
    const [access] = accessOf(cached('/a/public*'), never('/a/*'), never('/b/*'), cached('/*'))
    expect(access).toMatchObject({ read: ['*'], never: ['b/*'], undenied: [{ path: '/a/*', because: '/a/public*' }] })
  })

  it('has the page that a path stands for, and the placeholder for the image role', () => {
    const [access] = accessOf(
      { ...cached('/docs/'), index: 'index.html' },
      { ...cached('/a?'), index: 'home.htm', placeholder: 'shared/fehlt*.png' },
      { ...cached('/b/*'), index: 'index.html' },
      cached('/*', 'vault'),
    )
    expect(access).toMatchObject({
      read: ['docs/', 'docs/index.html', 'a?', 'a/home.htm', 'b/*'],
      images: ['shared/fehlt$' + '{*}.png'],
    })
  })

  it('has keys without what paths lose', () => {
    const stripped = { ...cached('/proxy-image/*', 'site'), strip: '/proxy-image' }
    const [access] = accessOf(stripped, { ...never('/m/drafts/*', 'site'), strip: '/m' }, cached('/*', 'vault'))
    expect(access).toMatchObject({ read: ['private/site/*'], never: [] })
    const [denied] = accessOf({ ...never('/m/drafts/*', 'site'), strip: '/m' }, cached('/*', 'vault'))
    expect(denied).toMatchObject({ never: ['private/site/drafts/*'] })
  })

  it('does not deny what a route serves whose paths lose another beginning', () => {
    const [access] = accessOf(never('/drafts/*'), { ...cached('/cdn/*'), strip: '/cdn' }, cached('/*', 'vault'))
    expect(access).toMatchObject({ read: ['*'], never: [], undenied: [] })
  })

  it('does not deny what another origin of the same bucket serves under its own prefix', () => {
    const [access] = accessOf(never('/private/*'), cached('/s/*', 'site'), cached('/*'))
    expect(access).toMatchObject({
      origins: ['photos', 'site'],
      never: [],
      undenied: [{ path: '/private/*', because: '/s/*' }],
    })
  })

  it('is nothing for a bucket with never routes alone', () => {
    const [access] = accessOf(never('/x/*'), cached('/*', 'vault'))
    expect(access).toMatchObject({ bucket: 'example-photos', read: [], images: [], never: ['x/*'] })
  })

  it('leaves out buckets that no route uses', () => {
    expect(accessOf(cached('/*')).map(({ bucket }) => bucket)).toEqual(['example-photos'])
  })
})
