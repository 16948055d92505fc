/**
 * A run has a temporary folder of its own. `setup.ts` holds each test file to leaving nothing in it; here, at the end,
 * the run is held to it: what processes left that outlived their file, or that belong to none.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { leftIn, RUN_FOLDER } from './temporary.ts'

export default function setup(): () => void {
  const outer = { TMPDIR: process.env.TMPDIR, [RUN_FOLDER]: process.env[RUN_FOLDER] }
  const folder = mkdtempSync(join(tmpdir(), 'rimlight-run-'))
  // As the system's own: PostgreSQL runs as another user.
  chmodSync(folder, 0o755)
  Object.assign(process.env, { TMPDIR: folder, [RUN_FOLDER]: folder })
  return () => {
    const left = leftIn(folder)
    rmSync(folder, { recursive: true, force: true })
    for (const [name, value] of Object.entries(outer)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
    if (left.length === 0) return
    console.error(`\n${left.length} left behind in the temporary folder by this run: ${left.join(', ')}`)
    process.exitCode = 1
  }
}
