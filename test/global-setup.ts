/**
 * A run has a temporary folder of its own. `setup.ts` holds each test file to leaving nothing in it; here, at the end,
 * the run is held to it: what processes left that outlived their file, or that belong to none.
 */
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../base/root.ts'
import { leftIn, RUN_FOLDER, sharedPath } from './temporary.ts'

/** What Node has compiled, in earlier runs, too: it looks whether a module is still the same. */
const COMPILED = join(ROOT, 'node_modules/.cache/rimlight/compiled')

/** With more, most are of modules in the temporary folders of earlier runs: it begins anew. That is some 200 MB. */
const MOST_COMPILED = 20_000

export default function setup(): () => void {
  const { TMPDIR, NODE_COMPILE_CACHE, NODE_OPTIONS, RIMLIGHT_DEFLATED } = process.env
  const outer = { TMPDIR, NODE_COMPILE_CACHE, NODE_OPTIONS, RIMLIGHT_DEFLATED, [RUN_FOLDER]: process.env[RUN_FOLDER] }
  const folder = mkdtempSync(join(tmpdir(), 'rimlight-run-'))
  // As the system's own: PostgreSQL runs as another user.
  chmodSync(folder, 0o755)
  Object.assign(process.env, { TMPDIR: folder, [RUN_FOLDER]: folder })
  if (existsSync(COMPILED) && readdirSync(COMPILED, { recursive: true }).length > MOST_COMPILED) {
    rmSync(COMPILED, { recursive: true, force: true })
  }
  // A run starts hundreds of processes that load the same modules, and build with the same libraries.
  const once = pathToFileURL(join(import.meta.dirname, 'deflate-once.mjs')).href
  Object.assign(process.env, {
    NODE_COMPILE_CACHE: COMPILED,
    NODE_OPTIONS: `${NODE_OPTIONS ?? ''} --import=${once}`.trim(),
    RIMLIGHT_DEFLATED: sharedPath('deflated'),
  })
  return () => {
    const left = leftIn(folder)
    const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    remove()
    // Processes that end after this may still write there.
    process.once('exit', remove)
    for (const [name, value] of Object.entries(outer)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
    if (left.length === 0) return
    console.error(`\n${left.length} left behind in the temporary folder by this run: ${left.join(', ')}`)
    process.exitCode = 1
  }
}
