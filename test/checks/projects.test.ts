/** Each test file belongs to one project of `vitest.config.ts`: none is left out, and none runs twice. */
import { matchesGlob } from 'node:path'
import { expect, test } from 'vitest'
import config from '../../vitest.config.ts'
import { projectFiles } from './sources.ts'

type Project = { test: { name: string; include: string[]; exclude?: string[] } }

const projects = (config.test?.projects ?? []) as Project[]
const matches = (file: string, globs: readonly string[]) => globs.some((glob) => matchesGlob(file, glob))
const projectsOf = (file: string) =>
  projects
    .filter(({ test: { include, exclude = [] } }) => matches(file, include) && !matches(file, exclude))
    .map(({ test }) => test.name)

const files = projectFiles.filter((file) => file.startsWith('test/') && file.endsWith('.test.ts'))

test('every test file is in one project', () => {
  expect(files.length).toBeGreaterThan(200)
  expect(files.map((file) => [file, projectsOf(file).length]).filter(([, count]) => count !== 1)).toEqual([])
})

test('every project has files, and what is listed by name is there', () => {
  const names = projects.map(({ test }) => test.name)
  expect(names).toEqual(['unit', 'unit-isolated', 'unit-long', 'contract', 'bundle', 'e2e', 'checks'])
  for (const name of names) expect(files.filter((file) => projectsOf(file)[0] === name).length, name).toBeGreaterThan(0)
  const globs = projects.flatMap(({ test }) => test.include)
  expect(globs.filter((glob) => !files.some((file) => matchesGlob(file, glob)))).toEqual([])
})
