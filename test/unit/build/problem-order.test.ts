import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inOrderOf } from '../../../build/problem-order.ts'

const at = (path: string) => ({ path, expected: 'a', found: 'b' })
const ordered = (config: unknown, ...paths: string[]) => inOrderOf(config, paths.map(at)).map(({ path }) => path)

it('is that of the file, not of the schema', () => {
  const config = { routes: [{ cache: {}, path: 1 }, { path: 2 }], headers: { b: 1, 'x-a': 2 }, extra: 1, domains: [] }
  expect(
    ordered(
      config,
      ...['domains', 'routes[1].path', 'extra', 'headers["x-a"]', 'headers.b', 'routes[0].path', 'routes[0].cache.ttl'],
    ),
  ).toEqual([
    'routes[0].cache.ttl',
    'routes[0].path',
    'routes[1].path',
    'headers.b',
    'headers["x-a"]',
    'extra',
    'domains',
  ])
})

it('a part as a whole comes before what is inside it, what is missing after what is there', () => {
  const config = { routes: [{ path: 1 }], domains: 1 }
  expect(ordered(config, 'origins', 'routes[0].origin', 'routes[0].path', 'routes', 'domains', '')).toEqual([
    '',
    'routes',
    'routes[0].path',
    'routes[0].origin',
    'domains',
    'origins',
  ])
})

it('the tenth of a list comes after the second', () => {
  const config = { routes: Array.from({ length: 12 }, () => ({})) }
  expect(ordered(config, 'routes[10]', 'routes[9]', 'routes[1]')).toEqual(['routes[1]', 'routes[9]', 'routes[10]'])
})

it('headers are where the file has them, in whichever case', () => {
  const config = {
    headers: { setResponse: { 'X-B': 1, 'access-control-max-age': 2, 'Access-Control-Foo': 3, 'x-a': 4 } },
  }
  const paths = ['x-a', 'access-control-max-age', 'x-b', 'access-control-foo'].map(
    (name) => `headers.setResponse.${name}`,
  )
  expect(ordered(config, ...paths)).toEqual(
    ['x-b', 'access-control-max-age', 'access-control-foo', 'x-a'].map((name) => `headers.setResponse.${name}`),
  )
})

it('says nothing twice of one place', () => {
  const [one, other] = [at('a'), { ...at('a'), expected: 'c' }]
  expect(inOrderOf({ a: 1 }, [one, other, at('a'), at('b')])).toEqual([one, other, at('b')])
})

it.each([null, 5, 'x', []])('of %j there is none, and all are told in theirs', (config) => {
  expect(ordered(config, 'b', 'a')).toEqual(['b', 'a'])
})

it('loses none, and those of one place stay as they were', () => {
  const path = fc.constantFrom('a', 'a.b', 'a[0]', 'a[0].c', 'c["x-y"]', 'd', '')
  fc.assert(
    fc.property(fc.array(path), (paths) => {
      const problems = paths.map((path, i) => ({ path, expected: String(i), found: '' }))
      const result = inOrderOf({ d: 1, a: [{ c: 1 }], c: { 'x-y': 1 } }, problems)
      expect(result.toSorted((a, b) => Number(a.expected) - Number(b.expected))).toEqual(problems)
      for (const one of new Set(paths)) {
        const same = result.filter(({ path }) => path === one).map(({ expected }) => Number(expected))
        expect(same).toEqual(same.toSorted((a, b) => a - b))
      }
    }),
  )
})
