/** Copies of a worktree, one for each mutation that is tried at the same time. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../base/errors.ts'

/** `temporary`: for what tests write, so that all of it goes with the copies. */
export type Tree = { folder: string; temporary: string }

/**
 * @param root a worktree of git: what it tracks and what it doesn't ignore is copied; what is built is made by the tests
 * @param folder where the copies are made: a folder that exists
 * @throws Failure
 */
export function makeTrees(root: string, folder: string, count: number): Tree[] {
  const { stdout, status, stderr, error } = spawnSync('git', ['ls-files', '-coz', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  })
  if (error || status !== 0) {
    const found = error?.message ?? stderr.trim()
    const expected = 'the sources in a worktree of git'
    throw new Failure(`${root}: expected ${expected}, found: ${found}`, { code: 'no-worktree', expected, found })
  }
  // git also lists files that were removed without a commit.
  const files = stdout.split('\0').filter((file) => file !== '' && existsSync(join(root, file)))
  return Array.from({ length: count }, (_, index) => {
    const tree = { folder: join(folder, `${index}`, 'tree'), temporary: join(folder, `${index}`, 'tmp') }
    mkdirSync(tree.temporary, { recursive: true })
    for (const file of files) cpSync(join(root, file), join(tree.folder, file))
    linkPackages(join(root, 'node_modules'), join(tree.folder, 'node_modules'))
    return tree
  })
}

/** Links packages one by one, so that the caches that vitest makes beside them, in `.vite` and the like, stay in the copy. */
function linkPackages(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  const names = readdirSync(from).filter((name) => name === '.bin' || !name.startsWith('.'))
  for (const name of names) symlinkSync(join(from, name), join(to, name))
}
