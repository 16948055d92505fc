import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareKeys } from '../../../../../base/compare-keys.ts'
import { type PageQuery, pageOf } from '../../../../../local/workers/s3/page.ts'
import { runs } from '../../../../runs.ts'

/** Keys in order, given out in batches of so many. */
const readerOf = (keys: readonly string[], batch: number) => async (after: string) =>
  keys
    .filter((key) => compareKeys(key, after) > 0)
    .slice(0, batch)
    .map((key) => ({ key }))

const ALL: PageQuery = { prefix: '', delimiter: '', after: '', maxKeys: 1000 }

/** Every page as its keys, and its groups with `*`. */
async function pagesOf(keys: readonly string[], query: Partial<PageQuery>, batch = 2): Promise<string[][]> {
  const within = keys.filter((key) => key.startsWith(query.prefix ?? '')).toSorted(compareKeys)
  const pages: string[][] = []
  for (let after: string | null = query.after ?? ''; after !== null; ) {
    const page: Awaited<ReturnType<typeof pageOf>> = await pageOf(readerOf(within, batch), { ...ALL, ...query, after })
    pages.push(
      [...page.contents.map(({ key }) => key), ...page.groups.map((group) => `${group}*`)].toSorted(compareKeys),
    )
    if (pages.length > 100) throw new Error('the pages have no end')
    after = page.next
  }
  return pages
}

describe('pages', () => {
  const keys = ['a', 'b/1', 'b/2', 'b/3', 'c', 'd/e/1', 'd/e/2', 'd/f', 'é']

  it.each<[string, Partial<PageQuery>, string[][]]>([
    ['all on one', {}, [keys]],
    ['by so many', { maxKeys: 4 }, [['a', 'b/1', 'b/2', 'b/3'], ['c', 'd/e/1', 'd/e/2', 'd/f'], ['é']]],
    [
      'a full last one has no next',
      { maxKeys: 3 },
      [
        ['a', 'b/1', 'b/2'],
        ['b/3', 'c', 'd/e/1'],
        ['d/e/2', 'd/f', 'é'],
      ],
    ],
    ['in groups', { delimiter: '/' }, [['a', 'b/*', 'c', 'd/*', 'é']]],
    ['in groups, each on its page', { delimiter: '/', maxKeys: 1 }, [['a'], ['b/*'], ['c'], ['d/*'], ['é']]],
    ['within a prefix', { prefix: 'd/', delimiter: '/' }, [['d/e/*', 'd/f']]],
    ['within a prefix that ends in a name', { prefix: 'd', delimiter: '/' }, [['d/*']]],
    ['with a longer delimiter', { delimiter: '/e/' }, [['a', 'b/1', 'b/2', 'b/3', 'c', 'd/e/*', 'd/f', 'é']]],
    ['after a key', { after: 'b/2' }, [['b/3', 'c', 'd/e/1', 'd/e/2', 'd/f', 'é']]],
    ['after a group', { after: 'b/', delimiter: '/' }, [['c', 'd/*', 'é']]],
    ['after the prefix itself', { after: 'd/', prefix: 'd/', delimiter: '/' }, [['d/e/*', 'd/f']]],
    ['of none', { maxKeys: 0 }, [[]]],
    ['of nothing', { prefix: 'x' }, [[]]],
  ])('%s', async (_name, query, expected) => {
    expect(await pagesOf(keys, query)).toEqual(expected)
  })

  it('of keys and groups, whatever the batches and pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', '/', '\u{10ffff}'), minLength: 1, maxLength: 6 })),
        fc.constantFrom('', '/', 'b/'),
        fc.constantFrom('', 'a', 'a/', 'b'),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        async (keys, delimiter, prefix, maxKeys, batch) => {
          const expected = new Set<string>()
          for (const key of keys.filter((key) => key.startsWith(prefix))) {
            const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
            expected.add(at < 0 ? key : `${key.slice(0, at + delimiter.length)}*`)
          }
          const pages = await pagesOf(keys, { delimiter, prefix, maxKeys }, batch)
          expect(pages.flat().toSorted(compareKeys)).toEqual([...expected].toSorted(compareKeys))
          for (const page of pages.slice(0, -1)) expect(page).toHaveLength(maxKeys)
        },
      ),
      { numRuns: runs(500) },
    )
  })
})
