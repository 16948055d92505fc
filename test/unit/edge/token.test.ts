import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { canonicalPath, decoded } from '../../../edge/path.ts'
import { routeTableOf } from '../../../edge/patterns.ts'
import { routeOf } from '../../../edge/routes.ts'
import {
  areInForce,
  bearerIn,
  hasClaims,
  isAudience,
  keyOf,
  leadsTo,
  parseObject,
  partsOf,
  signerOf,
  tokenIn,
} from '../../../edge/token.ts'
import { runs } from '../../runs.ts'

const NOW = 1_800_000_000

/** As `routeOf` tells them of a path that has several. */
function readingsOf(path: string): readonly string[] | undefined {
  const routing = routeOf(path, routeTableOf(['/*']))
  return typeof routing === 'number' ? undefined : routing.others
}

describe('where a token is', () => {
  it.each([
    ['Bearer a.b.c', 'a.b.c'],
    ['bEARER a', 'a'],
    ['Basic a', ''],
    ['Basic dXNlcjpwYXNz', ''],
    ['Bearer', ''],
    ['', ''],
  ])('%j has %j', (value, token) => {
    expect(bearerIn({ value })).toBe(token)
  })

  it('two of them are put together, so that they are none', () => {
    expect(tokenIn({ value: 'a', multiValue: [{ value: 'a' }, { value: 'b' }] })).toBe('a,b')
  })
})

describe('parts', () => {
  it.each(['', 'a', 'a.b', 'a.b.c.d', 'a.b.c.d.e', `a.b.${'c'.repeat(4_093)}`])('%.20j has not three', (text) => {
    expect(partsOf(text)).not.toHaveLength(3)
  })

  it('are three', () => {
    expect(partsOf('a.b.c')).toEqual(['a', 'b', 'c'])
    expect(partsOf(`a.b.${'c'.repeat(4_092)}`)).toHaveLength(3)
  })
})

describe('the key that a header names', () => {
  it.each([
    ['{"alg":"HS256"}', 'default'],
    ['{"typ":"JWT",\r\n "alg":"HS256"}', 'default'],
    ['{"alg":"HS256","typ":"JWT"}', 'default'],
    ['{"alg":"HS256","typ":"JWT","kid":"a"}', 'a'],
    ['{"alg":"HS256","typ":"JWT","kid":"a"} ', 'a'],
    ['{"alg":"HS256","\\u006bid":"a"}', 'a'],
    ['{"alg":"HS256","jwk":{"kid":"a"}}', 'default'],
    ['{"alg":"HS256","jwk":{"kid":"a"},"kid":"b"}', 'b'],
    ['{ "kid" : "a" , "alg" : "HS256", "x": ":,é" }', 'a'],
    ['{"alg":"HS256","x":"kid","kid":"a","y":"kid"}', 'a'],
    ['{"alg":"HS256","typ":null,"n":[1,2],"kid":"a"}', 'a'],
    [`{"alg":"HS256","x":"${'x'.repeat(800)}"}`, 'default'],
  ])('is found in %.60s', (text, key) => {
    expect(keyOf(text)).toBe(key)
  })

  it.each(['../a', '', 'a b', 'x'.repeat(65), '\\u0061"'])('is none of the name %.20j', (kid) => {
    expect(keyOf(`{"alg":"HS256","kid":${JSON.stringify(kid)}}`)).toBe('')
    expect(keyOf(`{"alg":"HS256","typ":"JWT","kid":${JSON.stringify(kid)}}`)).toBe('')
  })

  it.each([
    ['nothing', ''],
    ['what is a text', '"x"'],
    ['what is a list', '["HS256"]'],
    ['what is null', 'null'],
    ['what is no JSON', 'x'],
    ['the same, in brackets', '{"alg":"HS256",}'],
    ['the same, at the end', '{"alg":"HS256"}x'],
    ['what begins as most headers', '{"alg":"HS256","typ":"JWT","kid":"a"'],
    ['a member that is there twice', '{"alg":"HS256","kid":"a","kid":"b"}'],
    ['the same, behind what most headers have', '{"alg":"HS256","typ":"JWT","kid":"a","kid":"b"}'],
    ['the same, spelt otherwise', '{"alg":"HS256","kid":"a","kid" :"b"}'],
    ['the same, escaped', '{"alg":"HS256","kid":"a","\\u006bid":"b"}'],
    ['another algorithm', '{"alg":"none","kid":"a"}'],
    ['an algorithm that is a list', '{"alg":["HS256"],"kid":"a"}'],
    ['none', '{"kid":"a"}'],
    ['none of its own', '{"__proto__":{"alg":"HS256"},"kid":"a"}'],
    ['what would have to be understood', '{"alg":"HS256","crit":["exp"],"exp":1,"kid":"a"}'],
    ['the same, behind what most headers have', '{"alg":"HS256","typ":"JWT","kid":"a","crit":["exp"],"x":"a"}'],
    ['a text of that', '{"alg":"HS256","crit":"exp","kid":"a"}'],
    ['an empty list of that', '{"alg":"HS256","typ":"JWT","crit":[],"kid":"a"}'],
    ['more than is looked at', `{"alg":"HS256","kid":"a","x":[${Array(200).fill(1)}]}`],
  ])('is none in a header of %s', (_, text) => {
    expect(keyOf(text) || '').toBe('')
  })

  it.each(['1', 'null', '["a"]', '{"length":1}', 'true'])('is no text, and no name: %s', (kid) => {
    expect(keyOf(`{"alg":"HS256","kid":${kid}}`)).toBe('')
  })

  it('is followed by others, in a header that begins and ends as most do', () => {
    expect(keyOf('{"alg":"HS256","typ":"JWT","kid":"a","cty":"x"}')).toBe('a')
  })

  it('is that of the header when it is parsed, whatever the header is', () => {
    const members = fc.dictionary(
      fc.constantFrom('alg', 'kid', 'typ', 'crit', 'x', '__proto__', 'constructor'),
      fc.oneof(fc.constantFrom<unknown>('HS256', 'a', 'b', 'kid'), fc.string(), fc.integer(), fc.jsonValue()),
    )
    fc.assert(
      fc.property(members, fc.constantFrom(0, 1), fc.nat(), fc.string({ maxLength: 3 }), (header, indent, at, put) => {
        const text = JSON.stringify(header, null, indent)
        const place = at % (text.length + 1)
        for (const one of [text, text.slice(0, place) + put + text.slice(place)]) {
          const key = keyOf(one)
          if (!key) continue
          const { alg, kid = 'default', ...others } = JSON.parse(one)
          expect([alg, kid]).toEqual(['HS256', key])
          expect(others).not.toHaveProperty('crit')
        }
      }),
      { numRuns: runs(500) },
    )
  })

  it('of a usual header is its kid, if that is a name', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\w.~-]{1,70}$/)), (kid) => {
        const text = JSON.stringify({ alg: 'HS256', typ: 'JWT', kid })
        expect(keyOf(text)).toBe(/^[\w.~-]{1,64}$/.test(kid) ? kid : '')
      }),
      { numRuns: runs(500) },
    )
  })
})

describe('an object', () => {
  it.each(['{}', '{"a":1}', '{ "a" : {"a":1}, "b":"\\":" }', '{"a":"\\u0022:"}'])('%s is one', (text) => {
    expect(parseObject(text, 200)).toEqual(JSON.parse(text))
  })

  it.each(['[]', '1', '"x"', 'null', '{"a":1,"a":1}', '{"a" :1,"a":2}', '{"a":1,"\\u0061":2}', '{"b":{"a":1,"a":2}}'])(
    '%s is none',
    (text) => {
      expect(parseObject(text, 200)).toBeNull()
    },
  )

  it.each(['', 'x', ' {}', '{', '{"a":1', '{"a":1}}', '{"a":1,}', "{'a':1}", '{"a":01}', '{"a":"\n"}', '\ufeff{}'])(
    'is not in what is no JSON, and that is no error: %j',
    (text) => {
      expect(parseObject(text, 200)).toBeNull()
    },
  )

  it('that is printed is one, and none with a member said again', () => {
    const objects = fc.dictionary(
      fc.string().filter((name) => !['__proto__', 'constructor'].includes(name)),
      fc.jsonValue({ maxDepth: 1 }),
      { minKeys: 1 },
    )
    fc.assert(
      fc.property(objects, (object) => {
        const text = JSON.stringify(object)
        expect(parseObject(text, 200)).toEqual(JSON.parse(text))
        const again = JSON.stringify(Object.keys(object)[0])
        expect(parseObject(`${text.slice(0, -1)}, ${again} : 1}`, 200)).toBeNull()
      }),
      { numRuns: runs(500) },
    )
  })
})

describe('time', () => {
  it.each([
    [{ exp: NOW + 1 }, true],
    [{ exp: NOW - 29 }, true],
    [{ exp: NOW - 30 }, false],
    [{ exp: `${NOW + 1}` }, false],
    [{}, false],
    [{ exp: NOW + 99, nbf: NOW + 30 }, true],
    [{ exp: NOW + 99, nbf: NOW + 31 }, false],
    [{ exp: NOW + 99, nbf: null }, false],
    [{ exp: Infinity }, false],
    [{ exp: { toString: 1, valueOf: 1 } }, false],
    [{ exp: NOW + 99, nbf: { toString: 1, valueOf: 1 } }, false],
  ])('%j with 30 s of leeway: %s', (claims, inForce) => {
    expect(areInForce(claims, 30, NOW)).toBe(inForce)
  })
})

test('an audience is one, or one of a list', () => {
  expect([isAudience('cdn', 'cdn'), isAudience(['a', 'cdn'], 'cdn')]).toEqual([true, true])
  expect([isAudience('cdn2', 'cdn'), isAudience([], 'cdn'), isAudience(undefined, 'cdn')]).not.toContain(true)
})

test('claims are equal, or contain a word or an item', () => {
  const read = [{ name: 'scope', expected: 'read', contains: true as const }]
  const tier = [{ name: 'tier', expected: 2 }]
  expect([hasClaims({ scope: 'a read' }, read), hasClaims({ scope: ['read'] }, read)]).toEqual([true, true])
  expect([hasClaims({ scope: 'reads' }, read), hasClaims({}, read), hasClaims({ tier: '2' }, tier)]).not.toContain(true)
  expect(hasClaims({ tier: 2, scope: 'read' }, [...read, ...tier])).toBe(true)
})

describe('a claim of paths', () => {
  it.each([
    ['/p/1/', '/p/1/a.jpg', true],
    ['/p/1', '/p/1/a.jpg', true],
    ['/p/1', '/p/1', true],
    [['/x', '/p/1'], '/p/1/a', true],
    ['/é/', '/%C3%A9/a', true],
    ['/p/1', '/p/12', false],
    ['/p/1/', '/p/1', false],
    ['/p//', '/p/1', false],
    ['/p/./', '/p/1', false],
    ['/p/..', '/p/1', false],
    ['/p/%2e%2e/', '/p/1', false],
    ['/p%2f1/', '/p%2F1/a', true],
    ['/p%2f1/', '/p/1/a', false],
    ['/p\n', '/p/1', false],
    ['p/', '/p/1', false],
    ['/p/1/', '/p/1/..%2f2/a', false],
    ['/p/1/', '/p/1//../2/a', false],
    [[['/p']], '/p/1', false],
    [undefined, '/p/1', false],
  ])('%j leads to %s: %s', (claim, path, leads) => {
    expect(leadsTo(claim, canonicalPath(path), readingsOf(path))).toBe(leads)
  })
})

it.each(['/p//1/', '/p/./1/', '/p/2/../1/', '/p/%2e/1/'])('%s leads nowhere, not even to itself', (claim) => {
  expect(leadsTo(claim, claim, [claim, decoded(claim)])).toBe(false)
  expect(leadsTo(claim, `${claim}a`, [`${claim}a`, `${decoded(claim)}a`])).toBe(false)
})

describe('a list of paths', () => {
  const others = Array.from({ length: 199 }, (_, i) => `/other/${i}`)

  it('counts up to the 200th', () => {
    expect(leadsTo([...others, '/mine/'], '/mine/x')).toBe(true)
    expect(leadsTo([...others, '/other/255', '/mine/'], '/mine/x')).toBe(false)
    expect(leadsTo(others, '/other/300')).toBe(false)
  })

  it('counts up to the 16th where one has to be spelt anew', () => {
    // What is no text does not count, not even what an engine makes an error of.
    const few = [1, null, { toString: 1, valueOf: 1 }, ...others.slice(0, 15)]
    expect(leadsTo([...few, '/a b'], '/a%20b/c', readingsOf('/a%20b/c'))).toBe(true)
    expect(leadsTo([...few, '/é/', '/mine/'], '/mine/x')).toBe(false)
    expect(leadsTo([...others, '/mine/'], '/mine/%C3%A9', readingsOf('/mine/%C3%A9'))).toBe(true)
  })

  it('counts up to 512 characters where one has to be spelt anew', () => {
    const list = (length: number) => ['/é/', `/${'x'.repeat(length - 5)}`]
    expect(leadsTo(list(512), '/%C3%A9/a', readingsOf('/%C3%A9/a'))).toBe(true)
    expect(leadsTo(list(513), '/%C3%A9/a', readingsOf('/%C3%A9/a'))).toBe(false)
  })
})

describe('what is looked at of claims', () => {
  const items = (count: number) => `{"exp":1,"x":[${Array(count).fill('1').join()}]}`
  const texts = (count: number, colon: string) => `{"a"${colon}{"b":[${Array(count).fill('""').join()}]}}`
  it.each([
    ['200 commas', items(200), true],
    ['one more', items(201), false],
    ['as many in a text', `{"x":"${','.repeat(201)}${' '.repeat(300)}"}`, false],
    ['200 texts with a space before a colon', texts(198, ' :'), true],
    ['one more', texts(199, ' :'), false],
    ['as many without that space', texts(199, ':'), true],
  ])('%s', (_, text, isTaken) => {
    expect(parseObject(text, 200)).toEqual(isTaken ? JSON.parse(text) : null)
  })

  it('256 words', () => {
    const rules = [{ name: 'scope', expected: 'read', contains: true as const }]
    expect(hasClaims({ scope: `${'a '.repeat(255)}read` }, rules)).toBe(true)
    expect(hasClaims({ scope: `${'a '.repeat(256)}read` }, rules)).toBe(false)
  })
})

it.each([
  ['256 characters', 'é'.repeat(256), true],
  ['more', 'é'.repeat(257), false],
  ['none', '', false],
])('a kid of %s, where there are public keys', (_, kid, isTaken) => {
  expect(signerOf({ alg: 'ES256', kid }, ['ES256'])).toEqual(isTaken ? { algorithm: 'ES256', kid } : null)
})

it.each([
  { alg: 'ES256', crit: ['exp'] },
  { alg: 'ES256', crit: [] },
  { alg: 'ES384' },
  { alg: 'ES256', kid: 1 },
  { alg: 'ES256', kid: ['a'] },
  {},
])('%j names no signer where ES256 does', (header) => {
  expect(signerOf(header, ['ES256'])).toBeNull()
})
