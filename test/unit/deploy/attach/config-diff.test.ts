import { expect, it, test } from 'vitest'
import { configDifferences, differenceText } from '../../../../deploy/attach/config-diff.ts'

test.each<[string, unknown, unknown, string[]]>([
  ['nothing', { A: 1, B: { C: ['x'] } }, { A: 1, B: { C: ['x'] } }, []],
  ['what is empty is what is not there', { A: false, B: '', C: { Quantity: 0 }, D: 0 }, {}, []],
  ['a value', { A: { B: 1 } }, { A: { B: 2 } }, ['A.B: 1 → 2']],
  ['one that is new', {}, { A: 'x' }, ['A: none → "x"']],
  ['one that is gone', { A: { B: true } }, {}, ['A.B: true → none']],
  ['another kind of value', { A: { B: 1 } }, { A: 'x' }, ['A: {"B":1} → "x"']],
  ['names in another order', { A: { Quantity: 2, Items: ['a', 'b'] } }, { A: { Quantity: 2, Items: ['b', 'a'] } }, []],
  ['another name', { A: { Items: ['a', 'b'] } }, { A: { Items: ['a', 'c'] } }, ['A: ["a","b"] → ["a","c"]']],
  [
    'things that have a name, by it',
    {
      Origins: {
        Items: [
          { Id: 'a', Path: '' },
          { Id: 'b', Path: '/x' },
        ],
      },
    },
    { Origins: { Items: [{ Id: 'b', Path: '/y' }, { Id: 'a' }] } },
    ['Origins[b].Path: "/x" → "/y"'],
  ],
  [
    'values of headers to origins, which are nobody\u2019s to read',
    { Origins: { Items: [{ Id: 'a', CustomHeaders: { Items: [{ HeaderName: 'X', HeaderValue: 'secret' }] } }] } },
    { Origins: { Items: [{ Id: 'a', CustomHeaders: { Items: [{ HeaderName: 'X', HeaderValue: 'other' }] } }] } },
    ['Origins[a].CustomHeaders[X].HeaderValue: "(a value)" → "(a value)"'],
  ],
  [
    'the order of behaviours',
    { Items: [{ PathPattern: '*.a' }, { PathPattern: '*.b' }] },
    { Items: [{ PathPattern: '*.b' }, { PathPattern: '*.a' }] },
    [' (order): ["*.a","*.b"] → ["*.b","*.a"]'],
  ],
  ['things without a name, by their place', { L: [{ V: 1 }] }, { L: [{ V: 2 }] }, ['L[0].V: 1 → 2']],
])('%s', (_, before, after, expected) => {
  expect(configDifferences(before, after).map(differenceText)).toEqual(expected)
})

it('finds the same both ways round', () => {
  const [one, other] = [{ A: [{ Id: 'a', V: 1 }], B: 2 }, { A: [{ Id: 'b', V: 1 }] }]
  expect(
    configDifferences(one, other)
      .map(({ at }) => at)
      .toSorted(),
  ).toEqual(
    configDifferences(other, one)
      .map(({ at }) => at)
      .toSorted(),
  )
})
