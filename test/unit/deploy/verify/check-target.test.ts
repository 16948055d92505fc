import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aboutPlace, anyPath, madeUpPath, malformedPath, type Place } from '../../../../deploy/verify/check-target.ts'
import { answerOf, placesFor } from './fixture-places.ts'

const withObject = (place: Place, path: string): Place => ({
  ...place,
  objects: [{ path, query: [], answer: answerOf() }],
})

const named = /rimlight-verify-rl[0-9a-f]{12}/

describe('a path that no object is at', () => {
  it.each([
    ['/*', /^\/rimlight-verify-rl[0-9a-f]{12}$/],
    ['/photos/*', /^\/photos\/rimlight-verify-rl[0-9a-f]{12}$/],
    ['/*.svg', /^\/rimlight-verify-rl[0-9a-f]{12}\.svg$/],
    ['/a?/*/b*', /^\/ax\/x\/brimlight-verify-rl[0-9a-f]{12}$/],
  ])('of %s', (path, expected) => {
    const [place] = placesFor(...(path === '/*' ? [] : [{ path }]))
    expect(madeUpPath(place as Place)).toMatch(expected)
  })

  it('is beside a known one, and has its extension', () => {
    const [place] = placesFor({ path: '/photos/*' })
    expect(madeUpPath(withObject(place as Place, '/photos/a/b.c.jpg'))).toMatch(
      /^\/photos\/a\/rimlight-verify-rl[0-9a-f]{12}\.jpg$/,
    )
  })

  it('is of the route, or there is none', () => {
    const [first, second] = placesFor({ path: '/feed.xml' }, { path: '/a/*' }) as [Place, Place]
    expect(madeUpPath(first)).toBeUndefined()
    expect(anyPath(first)).toBe('/feed.xml')
    expect(anyPath({ ...second, takes: () => false })).toBeUndefined()
  })

  it('whatever the pattern, it is taken by its route alone', () => {
    const segment = fc.stringMatching(/^[a-z*?-]{1,6}$/)
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 3 }), (segments) => {
        const [place] = placesFor({ path: `/zz${segments.join('/')}` }) as [Place, Place]
        const path = madeUpPath(place)
        fc.pre(path !== undefined)
        expect(place.takes(path ?? '')).toBe(true)
        expect(path).toMatch(named)
        expect(place.takes(malformedPath(place) ?? '')).toBe(true)
      }),
    )
  })
})

describe('paths with two readings', () => {
  const [drafts, rest] = placesFor({ path: '/drafts/*', cache: 'never' }) as [Place, Place]

  it.each([
    ['/drafts%2Fa', true],
    ['/%64rafts/a', true],
    ['/drafts/a', false],
    ['/drafts/%61', false],
    ['/other%2Fa', false],
  ])('%s', (path, isAmbiguous) => {
    expect(drafts.isAmbiguous(path)).toBe(isAmbiguous)
    expect(rest.isAmbiguous(path)).toBe(isAmbiguous)
  })
})

it('says what a route is', () => {
  const places = placesFor({ path: '/d/*', cache: 'never' }, { path: '/i/*', images: true, cache: { default: '24h' } })
  expect(places.map(aboutPlace)).toEqual([
    'bucket photos, never cached',
    'bucket photos, cached for 86400 s, images',
    'bucket photos, cached for 86400 s',
  ])
})
