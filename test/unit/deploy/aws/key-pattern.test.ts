import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyPatterns, overlap, resourceText, withoutCovered } from '../../../../deploy/aws/key-pattern.ts'
import { patternOf } from '../../../../edge/patterns.ts'
import { runs } from '../../../runs.ts'

const texts = (path: string, prefix = '') => keyPatterns(path, prefix).map(resourceText)

describe('the keys that a path pattern leads to', () => {
  it.each([
    ['/drafts/*', '', ['drafts/*']],
    ['/*', '', ['*']],
    ['*', '', ['*']],
    ['*.css', '', ['*.css']],
    ['*/drafts/*', '', ['*/drafts/*', 'drafts/*']],
    ['*?x', '', ['*?x', 'x']],
    ['/drafts/*', 'site/a/', ['site/a/drafts/*']],
    ['*.css', 'site/', ['site/*.css']],
    ['/u/??/*', '', ['u/??/*']],
  ])('%s with the prefix "%s" are %j', (path, prefix, expected) => {
    expect(texts(path, prefix)).toEqual(expected)
  })

  it('have a space for a +, which is how S3 reads it, and the + as well', () => {
    expect(texts('/a+b/*')).toEqual(['a+b/*', 'a b/*'])
  })

  it('have a $ as a variable, and the wildcards of a prefix, which are text, too', () => {
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: IAM's variables look like this
    expect(texts('/$folder$/*')).toEqual(['${$}folder${$}/*'])
    expect(texts('/*', 'a*b?c$d{e}/')).toEqual(['a${*}b${?}c${$}d{e}/*'])
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above
  })

  it('have any text for what a policy may not hold', () => {
    expect(texts('/*', 'été/写真/')).toEqual(['été/*/*'])
  })

  const pattern = fc
    .tuple(fc.constantFrom('/', '*'), fc.stringMatching(/^[a/*?]{0,6}$/))
    .map(([first, rest]) => first + rest)
  const key = fc.stringMatching(/^[ab/]{0,6}$/)
  const glob = (text: string) => patternOf(text)

  it('are those whose paths the pattern matches, no more and no fewer', () => {
    let matches = 0
    fc.assert(
      fc.property(pattern, key, (path, name) => {
        const isMatch = glob(path).test(`/${name}`)
        if (isMatch) matches += 1
        expect(keyPatterns(path, '').some((one) => glob(one.pattern).test(name))).toBe(isMatch)
      }),
      { numRuns: runs(2_000) },
    )
    expect(matches).toBeGreaterThan(runs(2_000) / 20)
  })

  it('overlap where there is a key of both', () => {
    // Two patterns of three characters that have one in common have one of at most four.
    const longer = (names: string[]) => [
      '',
      ...names.flatMap((name) => [...'ab/'].map((character) => name + character)),
    ]
    const keys = longer(longer(longer(longer(['']))))
    let overlaps = 0
    fc.assert(
      fc.property(fc.stringMatching(/^[a*?/]{0,3}$/), fc.stringMatching(/^[b*?/]{0,3}$/), (one, other) => {
        const isCommon = keys.some((name) => glob(one).test(name) && glob(other).test(name))
        if (isCommon) overlaps += 1
        expect(overlap({ prefix: '', pattern: one }, { prefix: '', pattern: other })).toBe(isCommon)
      }),
      { numRuns: runs(2_000) },
    )
    expect(overlaps).toBeGreaterThan(runs(2_000) / 20)
  })

  it('overlap by the text of their prefixes, in which a star is a star', () => {
    expect(overlap({ prefix: '*/', pattern: 'a' }, { prefix: 'b/', pattern: 'a' })).toBe(false)
    expect(overlap({ prefix: '*/', pattern: 'a' }, { prefix: '', pattern: '*' })).toBe(true)
  })

  it('leave out what another one takes whole', () => {
    const of = (prefix: string, pattern: string) => ({ prefix, pattern })
    expect(withoutCovered([of('', 'a/*'), of('', '*'), of('b/', '*'), of('', '*')])).toEqual([of('', '*')])
    expect(withoutCovered([of('a/', '*'), of('a/', 'x'), of('', 'y')])).toEqual([of('a/', '*'), of('', 'y')])
  })
})
