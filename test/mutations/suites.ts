/** Which test files can notice a change of a file, and in which order they are asked. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { importsOf } from '../checks/imports.ts'

/** Test files that are run for a change, list by list, until a test fails. `far`: those that do not import the file, run last. */
export type Suites = { near: readonly (readonly string[])[]; far: readonly string[] }

const ROOMS = ['test/unit/edge', 'test/unit/origin-response', 'test/unit/viewer-request']
const CONTRACT = ['contract', 'index-guard', 'failover', 'log-data'].map((name) => `test/contract/${name}.test.ts`)
const PRIVATE = ['private', 'private-keys', 'private-signed'].map((name) => `test/contract/${name}.test.ts`)

/** It runs what `build/` makes of programs beside them as they were. */
const SHORTENED = ['test/unit/build/shortened.test.ts']

/** It reads the handlers by their paths, without an import: a test that imports it may run all of them. */
const BUNDLER = 'build/bundle.ts'

/** How the project's own files are imported; packages and built-ins have no such ending. */
const CODE = /\.[cm]?[jt]s$/

/**
 * Nearest first: the tests that mirror the file; those of the rooms that import it, and the contract, which runs what is built
 * of it; at last all others of its room, because what a test does not import, it may still start.
 */
export function suitesFor(root: string, reach: ReadonlyMap<string, ReadonlySet<string>>, file: string): Suites {
  const own = testFiles(root, `test/unit/${file.replace(/\.ts$/, '')}.test.ts`)
  const inRooms = ROOMS.flatMap((room) => testFiles(root, room))
  const canNotice = (test: string) => [file, BUNDLER].some((one) => reach.get(test)?.has(one))
  const order = ordered(file, own, inRooms.filter(canNotice)).map((tests) =>
    tests.filter((test) => existsSync(join(root, test))),
  )
  const asked = new Set<string>()
  const near = order
    .map((tests) => tests.filter((test) => !asked.has(test) && asked.add(test)))
    .filter((tests) => tests.length > 0)
  const room = `test/unit/${file.split('/', 1)[0]}/`
  const isOfRoom = (test: string) => room === 'test/unit/edge/' || test.startsWith(room)
  return { near, far: inRooms.filter((test) => !asked.has(test) && isOfRoom(test)) }
}

/** Tokens and signatures are the subject of viewer-request alone; its handler is tested by the contract, as it is built. */
function ordered(file: string, own: readonly string[], near: readonly string[]): Suites['near'] {
  const [room] = file.split('/', 1)
  if (room === 'build') return [own, SHORTENED, CONTRACT, PRIVATE]
  if (room === 'edge') return [own, near, CONTRACT, PRIVATE]
  if (room === 'viewer-request') {
    return file.endsWith('/index.ts') ? [own, CONTRACT, PRIVATE, near] : [own, PRIVATE, near, CONTRACT]
  }
  return room === 'origin-request' || file.endsWith('/index.ts') ? [own, CONTRACT, near] : [own, near, CONTRACT]
}

/** All test files that `suitesFor` may name. */
export const testsOfAll = (root: string): string[] => ROOMS.flatMap((room) => testFiles(root, room))

/** @param place a test file, or a folder of them; where there is none: nothing */
function testFiles(root: string, place: string): string[] {
  const path = join(root, place)
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [place]
  return globSync('**/*.test.ts', { cwd: path })
    .map((file) => `${place}/${file.split(sep).join('/')}`)
    .toSorted()
}

/** For each test file, the files of the project that it imports, and those that these import; types change nothing. */
export function reachOf(root: string, tests: readonly string[]): Map<string, Set<string>> {
  return new Map(
    tests.map((test) => {
      const found = new Set([test])
      for (const file of found) for (const next of importedBy(root, file)) found.add(next)
      return [test, found]
    }),
  )
}

const importedBy = (root: string, file: string): string[] =>
  importsOf(file, readFileSync(join(root, file), 'utf8'))
    .filter(({ to, isType }) => !isType && CODE.test(to) && existsSync(join(root, to)))
    .map(({ to }) => to)
