import { describe, expect, it } from 'vitest'
import type { CheckTarget } from '../../../../deploy/verify/check-target.ts'
import { freshQuery, namedObjects, sampledObjects } from '../../../../deploy/verify/objects.ts'
import { targetsFor } from './fixture-targets.ts'

const targets = targetsFor(
  { path: '/drafts/*', cache: 'never' },
  { path: '/api/*', origin: 'api', version: null, query: ['a'] },
  { path: '/photos/*' },
)

describe('--object', () => {
  it.each([
    ['/photos/a.jpg', { route: '/photos/*', path: '/photos/a.jpg', query: [] }],
    ['/photos/*=/photos/a.jpg', { route: '/photos/*', path: '/photos/a.jpg', query: [] }],
    ['/*=/a.jpg', { route: '/*', path: '/a.jpg', query: [] }],
    ['/a=b/c.jpg', { route: '/*', path: '/a=b/c.jpg', query: [] }],
    ['/api/items?a=/x=1?&b=2&a=3', { route: '/api/*', path: '/api/items', query: ['a=/x=1?', 'a=3'] }],
    ['/a%20b.jpg?', { route: '/*', path: '/a%20b.jpg', query: [] }],
    ['/photos/a.jpg?v=0123abcd&w=640&utm_source=x', { route: '/photos/*', path: '/photos/a.jpg', query: [] }],
    ['/drafts/a.json?X-Amz-Date=1&v=2', { route: '/drafts/*', path: '/drafts/a.json', query: ['X-Amz-Date=1', 'v=2'] }],
  ])('%s', (text, expected) => {
    expect(namedObjects([text], targets)).toEqual([expected])
  })

  it('says everything that is wrong at once', () => {
    const wrong = ['a.jpg', '/a b.jpg', '/photos/*=/a.jpg', 'https://cdn.example.com/a.jpg']
    expect(() => namedObjects(wrong, targets)).toThrow(
      [
        "--object: expected a path as it stands in a URL, such as /photos/dusk.jpg, or a route's pattern before it, such as '/*=/photos/dusk.jpg', found \"a.jpg\"",
        "--object: expected a path as it stands in a URL, such as /photos/dusk.jpg, or a route's pattern before it, such as '/*=/photos/dusk.jpg', found \"/a b.jpg\"",
        '--object: expected a path of the route /photos/*, found /a.jpg, which is of /*',
        "--object: expected a path as it stands in a URL, such as /photos/dusk.jpg, or a route's pattern before it, such as '/*=/photos/dusk.jpg', found \"https://cdn.example.com/a.jpg\"",
      ].join('\n'),
    )
  })
})

describe('samples', () => {
  const samples = ['/photos/a.jpg', '/photos/b.jpg', '/drawings/c.svg', '/api/d.json', '/drafts/e.jpg', '/texts/f.json']

  it('are one of each kind, for cached buckets that nothing was named for', () => {
    expect(sampledObjects(samples, [], targets).map(({ route, path }) => `${route} ${path}`)).toEqual([
      '/photos/* /photos/a.jpg',
      '/* /drawings/c.svg',
      '/* /texts/f.json',
    ])
    const named = namedObjects(['/photos/z.jpg'], targets)
    expect(sampledObjects(samples, named, targets).map(({ route }) => route)).toEqual(['/*', '/*'])
  })
})

describe('a key that nobody has asked for', () => {
  it('has a version that is no number and no hash, where the route has versions', () => {
    const [drafts, api, photos] = targets as [CheckTarget, CheckTarget, CheckTarget]
    expect(freshQuery(photos)).toEqual([expect.stringMatching(/^v=rl[0-9a-f]{12}$/)])
    expect(freshQuery(photos)).not.toEqual(freshQuery(photos))
    expect(freshQuery(drafts)).toEqual([])
    expect(freshQuery(api)).toEqual([])
  })
})
