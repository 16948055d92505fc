import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { canonicalPath } from '../../../edge/path.ts'
import { routeTableOf } from '../../../edge/patterns.ts'
import { routeOf } from '../../../edge/routes.ts'
import { runs } from '../../runs.ts'
import { anyPath } from './arbitraries.ts'

const PATTERNS = ['/drafts/*', '/api/v?/*', '*.pdf', '/a/*/z', '/*']
const table = routeTableOf(PATTERNS)

describe('the first pattern that matches decides', () => {
  it.each([
    ['/drafts/a.pdf', 0],
    ['/drafts/', 0],
    ['/drafts', 4],
    ['/Drafts/a', 4],
    ['/api/v1/x', 1],
    ['/api/v12/x', 4],
    ['/x/y.pdf', 2],
    ['/a/b/z', 3],
    ['/a/b/z.pdf', 2],
    ['/', 4],
  ])('%s is on route %i', (path, index) => {
    expect(routeOf(path, table)).toMatchObject({ index, canonical: path })
  })
})

describe('a path whose readings agree goes on in its canonical form', () => {
  it.each([
    ['unreserved characters escaped', '/drafts/%61', 0, '/drafts/a'],
    ['repeated slashes inside the folder', '/drafts//a', 0, '/drafts//a'],
    ['a dot segment that stays inside', '/drafts/a/../b', 0, '/drafts/b'],
    ['a dot segment outside', '/x/./y', 4, '/x/y'],
    ['an escaped slash that decides nothing', '/x%2fy', 4, '/x%2Fy'],
    ['non-ASCII', '/é', 4, '/%C3%A9'],
    ['a hidden file', '/.well-known/x', 4, '/.well-known/x'],
  ])('%s', (_rule, path, index, canonical) => {
    expect(routeOf(path, table)).toMatchObject({ index, canonical })
  })
})

test('its further readings, of which S3 may have either, go on as well', () => {
  const others = ['/drafts/a/c', '/drafts/c']
  expect(routeOf('/drafts//a%2Fb/../c', table)).toEqual({ index: 0, canonical: '/drafts//c', others })
})

describe('a path that any reading sends to another route is refused', () => {
  it.each([
    ['an escaped slash', '/drafts%2Fa'],
    ['an escaped letter', '/%64rafts/a'],
    ['a repeated slash at the start', '//drafts/a'],
    ['a dot segment into the folder', '/x/../drafts/a'],
    ['a dot segment out of the folder', '/drafts/../x'],
    ['an escaped dot segment', '/drafts/%2e%2e/x'],
    ['a dot segment behind an escaped slash', '/drafts/..%2fx'],
    ['an extension with an escape', '/x%2Epdf'],
    ['a character of several bytes where a pattern has one', '/api/v%C3%A9/x'],
    ['a character beyond the BMP where a pattern has one', '/api/v%F0%9F%98%80/x'],
    ['the decoded path alone, with its dot segments', '/a%2Fb/../z'],
    ['the canonical path alone', '/x//../drafts/a/../../../drafts/b'],
  ])('%s', (_rule, path) => {
    expect(routeOf(path, table)).toBe(400)
  })

  test('/a//../b%2Bc/x goes on as /a/b%2Bc/x, which S3 takes for /a/b+c/x: no other reading of it is that', () => {
    const other = routeTableOf(['/a/b+c/*', '/*'])
    expect(routeOf('/a//../b%2Bc/x', other)).toBe(400)
  })

  test('/a//../drafts/x goes on as /a/drafts/x, which no other reading of it is', () => {
    const other = routeTableOf(['/a/drafts/*', '/*'])
    expect(routeOf('/a//../drafts/x', other)).toBe(400)
  })
})

test('/a//%2E%2E/b%2Fc is /b%2Fc, whose escape a pattern may spell, with its letters decoded and its slashes merged alone', () => {
  const other = routeTableOf(['/b?2Fc', '/*'])
  expect(routeOf('/a//%2E%2E/b%2Fc', other)).toBe(400)
})

describe('bounds of a path that has more than one reading', () => {
  const long = (count: number, piece: string) => `/${piece.repeat(count)}`

  it.each([
    ['what is plain has none', long(8_000, 'a'), 'route'],
    ['3,073 characters once it is escaped: the longest key', long(1_024, 'a b'), 414],
    ['more than that, as it was received', `/${'%E6%97%A5'.repeat(342)}`, 414],
    ['any key of S3, escaped', `/${encodeURIComponent('я'.repeat(512))}`, 'route'],
    ['quotes that become more than a URL holds', `/${'"'.repeat(2_731)}.jpg`, 414],
    ['63 slashes', `/%20${'/a'.repeat(61)}`, 'route'],
    ['more slashes', `/%20${'/a'.repeat(63)}`, 400],
    ['escaped slashes count', `/%20${'%2F'.repeat(63)}`, 400],
    ['more escapes of delimiters than are spelt', long(400, '%41'), 400],
  ])('%s', (_rule, path, kind) => {
    const routing = routeOf(path, table)
    expect(typeof routing === 'number' ? routing : 'route').toBe(kind)
  })
})

it.each(['/a%00', '/a\n', '/100%', '/%zz', '/%E9'])('%j is malformed, on whatever route', (path) => {
  expect(routeOf(path, table)).toBe(400)
})

test('the canonical path of a route is its own, and stays', () => {
  const near = fc.oneof(
    anyPath,
    anyPath.map((path) => `/drafts${path}`),
    anyPath.map((path) => `/a${path}/z`),
  )
  let routed = 0
  fc.assert(
    fc.property(near, (path) => {
      const routing = routeOf(path, table)
      if (typeof routing === 'number') return
      routed += 1
      expect(routing.canonical).toBe(canonicalPath(path))
      expect(routeOf(routing.canonical, table)).toMatchObject({ index: routing.index, canonical: routing.canonical })
    }),
    { numRuns: runs(2_000) },
  )
  expect(routed).toBeGreaterThan(runs(2_000) / 10)
})
