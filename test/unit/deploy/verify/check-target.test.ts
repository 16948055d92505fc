import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  aboutTarget,
  anyPath,
  type CheckTarget,
  madeUpPath,
  malformedPath,
} from '../../../../deploy/verify/check-target.ts'
import { answerOf, targetsFor } from './fixture-targets.ts'

const withObject = (target: CheckTarget, path: string): CheckTarget => ({
  ...target,
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
    const [target] = targetsFor(...(path === '/*' ? [] : [{ path }]))
    expect(madeUpPath(target as CheckTarget)).toMatch(expected)
  })

  it('is beside a known one, and has its extension', () => {
    const [target] = targetsFor({ path: '/photos/*' })
    expect(madeUpPath(withObject(target as CheckTarget, '/photos/a/b.c.jpg'))).toMatch(
      /^\/photos\/a\/rimlight-verify-rl[0-9a-f]{12}\.jpg$/,
    )
  })

  it('is of the route, or there is none', () => {
    const [first, second] = targetsFor({ path: '/feed.xml' }, { path: '/a/*' }) as [CheckTarget, CheckTarget]
    expect(madeUpPath(first)).toBeUndefined()
    expect(anyPath(first)).toBe('/feed.xml')
    expect(anyPath({ ...second, takes: () => false })).toBeUndefined()
  })

  it('whatever the pattern, it is taken by its route alone', () => {
    const segment = fc.stringMatching(/^[a-z*?-]{1,6}$/)
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 3 }), (segments) => {
        const [target] = targetsFor({ path: `/zz${segments.join('/')}` }) as [CheckTarget, CheckTarget]
        const path = madeUpPath(target)
        fc.pre(path !== undefined)
        expect(target.takes(path ?? '')).toBe(true)
        expect(path).toMatch(named)
        expect(target.takes(malformedPath(target) ?? '')).toBe(true)
      }),
    )
  })
})

describe('paths with two readings', () => {
  const [drafts, rest] = targetsFor({ path: '/drafts/*', cache: 'never' }) as [CheckTarget, CheckTarget]

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
  const targets = targetsFor(
    { path: '/d/*', cache: 'never' },
    { path: '/i/*', images: true, cache: { default: '24h' } },
  )
  expect(targets.map(aboutTarget)).toEqual([
    'bucket photos, never cached',
    'bucket photos, cached for 86400 s, images',
    'bucket photos, cached for 86400 s',
  ])
})
