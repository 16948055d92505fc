import { basename } from 'node:path'
import { expect, it } from 'vitest'
import { projectFiles, textOf } from './sources.ts'

const page = textOf('docs/recipes.md')
const recipes = projectFiles.filter((file) => file.startsWith('docs/recipes/'))

/** As the page has a file: a link to it, and after it the whole of it. */
const shown = (file: string) => {
  const name = basename(file)
  return `[\`${name}\`](recipes/${name})\n\n\`\`\`${name.replace(/.*\./, '')}\n${textOf(file)}\`\`\`\n`
}

it('the page of recipes shows the files that are run, and all of them', () => {
  expect(recipes.length).toBeGreaterThan(6)
  for (const file of recipes) expect(page, file).toContain(shown(file))
  const links = [...page.matchAll(/^\[`[\w.-]+`\]\((recipes\/[\w.-]+)\)$/gm)].map(([, to]) => `docs/${to}`)
  expect(links.toSorted()).toEqual(recipes)
})

it('each of them is run', () => {
  const tests = textOf('test/e2e/recipes.test.ts')
  for (const file of recipes) expect(tests).toContain(`recipes/${basename(file)}'`)
})
