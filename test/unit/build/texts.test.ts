import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseModule } from '../../../build/syntax.ts'
import { withTextsNamed } from '../../../build/texts.ts'
import { runs } from '../../runs.ts'

const named = (code: string) => withTextsNamed(code, parseModule(code))

describe('texts as constants', () => {
  it.each([
    [
      'members',
      'a.length;b.length;c(d).length;(e||f).length;(g).length',
      ';var text0="length";a[text0];b[text0];c(d)[text0];(e||f)[text0];(g)[text0]',
    ],
    [
      'what is called',
      'a.toUpperCase();b.toUpperCase();c.toUpperCase()',
      ';var text0="toUpperCase";a[text0]();b[text0]();c[text0]()',
    ],
    ['texts', 'f("a longer text");g("a longer text")', ';var text0="a longer text";f(text0);g(text0)'],
    ['both', 'f("length");a.length;b.length;c.length', ';var text0="length";f(text0);a[text0];b[text0];c[text0]'],
    ['a text with a quote', `f("a longer \\"");g("a longer \\"")`, `;var text0="a longer \\"";f(text0);g(text0)`],
    ['values', 'f({a:"a longer text"},{[b]:"a longer text"})', ';var text0="a longer text";f({a:text0},{[b]:text0})'],
    ['names', 'f({["a longer text"]:1},a["a longer text"])', ';var text0="a longer text";f({[text0]:1},a[text0])'],
    [
      'what is behind imports',
      'import a from"a longer text";a("a longer text","a longer text")',
      'import a from"a longer text";;var text0="a longer text";a(text0,text0)',
    ],
  ])('%s', (_, code, expected) => {
    expect(named(code)).toBe(expected)
  })

  it.each([
    ['one use', 'f("a longer text")'],
    ['names of properties', 'f({length:1,"a longer text":2},{length:1,"a longer text":2},{length:1})'],
    ['members that would be as long', 'a.length;b.length;c.length;d.length'],
    ['texts that would be as long', 'f("a text");g("a text")'],
    ['directives', 'function f(){"use strict"}function g(){"use strict"}'],
    ['numbers and expressions', 'f(123456789,/abcdefgh/,123456789,/abcdefgh/)'],
  ])('not %s', (_, code) => {
    expect(named(code)).toBe(code)
  })

  it('never takes more bytes, under names of two letters, and gives the same', () => {
    const words = fc.constantFrom('a', 'ab', 'length', 'toString', 'a text', 'another text')
    const resultOf = (code: string): unknown => new Function(code)()
    fc.assert(
      fc.property(fc.array(fc.tuple(words, fc.boolean()), { maxLength: 12 }), (uses) => {
        const items = uses.map(([word, isMember]) => (isMember && /^\w+$/.test(word) ? `"x".${word}` : `"${word}"`))
        const code = `var list=[${items.join()}];`
        const made = named(code)
        // esbuild writes one `var` for both.
        const short = made.replaceAll(/text\d+/g, 'tt').replace(/^;var (.*);var/, 'var $1,')
        expect(short.length).toBeLessThanOrEqual(code.length)
        expect(resultOf(`${made}return list`)).toEqual(resultOf(`${code}return list`))
      }),
      { numRuns: runs(200) },
    )
  })
})
