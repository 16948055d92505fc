import { describe, expect, it, test } from 'vitest'
import { anchorsOf, brokenLinks, linksOf } from './links.ts'
import { projectFiles, textOf } from './sources.ts'

const files = new Set(projectFiles)
const pages = projectFiles.filter((file) => file.endsWith('.md'))

test('every link of every page leads somewhere', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/README.md', 'docs/deploy.md']))
  const texts = Object.fromEntries(pages.map((page) => [page, textOf(page)]))
  expect(pages.flatMap((page) => linksOf(page, texts[page] ?? '')).length).toBeGreaterThan(100)
  expect(brokenLinks(texts, files, textOf)).toEqual([])
})

test('the index of docs/ has every page of it', () => {
  const linked = new Set(
    linksOf('docs/README.md', textOf('docs/README.md')).map(({ to }) => `docs/${to.replace(/#.*/, '')}`),
  )
  const inDocs = pages.filter((page) => /^docs\/[^/]+\.md$/.test(page) && page !== 'docs/README.md')
  expect(inDocs.length).toBeGreaterThan(5)
  expect(inDocs.filter((page) => !linked.has(page))).toEqual([])
})

describe('links', () => {
  it.each([
    ['in a line', 'a [b](c.md) d', ['c.md']],
    ['of a picture, with a title', '![b](c.svg "d e")', ['c.svg']],
    ['of a picture in a link', '[![b](c.svg)](d.md)', ['c.svg', 'd.md']],
    ['with code as its text', '[`b`](c.md#d)', ['c.md#d']],
    ['named elsewhere', '[b]: c.md', ['c.md']],
    ['as an address', '<https://www.example.com/a>', ['https://www.example.com/a']],
    ['in HTML', '<img src="a.svg" alt="b">', ['a.svg']],
    ['in code', 'a `[b](c.md)` d', []],
    ['in a block of code', '```ts\n[b](c.md)\n```\n[d](e.md)', ['e.md']],
    ['in a comment', '<!-- [b](c.md) -->', []],
  ])('%s', (_where, markdown, found) => {
    expect(linksOf('a.md', markdown).map(({ to }) => to)).toEqual(found)
  })

  it('know their line', () => {
    expect(linksOf('a.md', '```\nx\n```\n\n[b](c.md)')).toEqual([{ from: 'a.md', to: 'c.md', line: 5 }])
  })
})

describe('headings', () => {
  it.each([
    ['# What it is', 'what-it-is'],
    ['## `?v=` cannot lie, ever', 'v-cannot-lie-ever'],
    ['### A — B/C (d)', 'a--bc-d'],
    ['## [A link](b.md) and `x_y`', 'a-link-and-x_y'],
  ])('%s', (heading, anchor) => {
    expect([...anchorsOf(heading)]).toEqual([anchor])
  })

  it('of one text are numbered, and none is in code', () => {
    expect([...anchorsOf('# A\n```\n# B\n```\n# A')]).toEqual(['a', 'a-1'])
  })
})

describe('what leads nowhere is found', () => {
  const project: Record<string, string> = { 'README.md': '# Top', 'docs/a.md': '# A', 'docs/b/c.ts': '' }
  const broken = (to: string) =>
    brokenLinks({ 'docs/a.md': `# A\n\n[x](${to})` }, new Set(Object.keys(project)), (file) => project[file] ?? '')
  it.each([
    '../README.md',
    '../README.md#top',
    '#a',
    'a.md#a',
    'b',
    'b/',
    '..',
    'b/c.ts#L3',
    'https://www.example.com/',
  ])('%s leads somewhere', (to) => expect(broken(to)).toEqual([]))
  it.each([
    ['README.md', 'leads to no file'],
    ['../README.md#bottom', 'README.md has no such heading'],
    ['#b', 'docs/a.md has no such heading'],
    ['b#c', 'leads to no file'],
    ['/README.md', 'begins at a root that a checkout does not have'],
    ['https://', 'is no address'],
  ])('%s %s', (to, problem) => {
    const [found = ''] = broken(to)
    expect(found).toMatch(/^docs\/a\.md:3: /)
    expect(found).toContain(problem)
  })
})
