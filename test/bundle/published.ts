/** What others' tools say of a package before it is published: publint of its files, attw of its types. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../../base/root.ts'

const execute = promisify(execFile)

type Ran = { code: number; said: string }

const run = (file: string, args: readonly string[]): Promise<Ran> =>
  execute(process.execPath, [join(ROOT, 'node_modules', file), ...args]).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, said: stdout + stderr }),
  )

/** Suggestions count as errors. */
export const publint = (tarball: string): Promise<Ran> => run('publint/src/cli.js', [tarball, '--strict'])

/**
 * `esm-only`: what has ES modules alone has none for `require` as TypeScript knew it before 5.8; Node 22.12 and later take
 * them, and a run of the newest tsc says so of `.cts`.
 */
export const attw = (tarball: string): Promise<Ran> =>
  run('@arethetypeswrong/cli/dist/index.js', [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color'])
