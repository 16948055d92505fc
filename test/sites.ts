/**
 * What is built of a config, made once in a run: the same settings give the same bytes, as `test/bundle/reproducible.test.ts`
 * shows. A build with pictures compresses 17 MB of sharp's libraries, which takes longer than most tests of what was built.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAll } from '../build/output.ts'
import { makeSite, outputFilesOf } from '../build/site.ts'
import type { Manifest } from '../bundle/manifest.ts'
import type { Settings } from '../bundle/settings.ts'
import { madeOnce } from './temporary.ts'

/** By the name of their folder, so that those of a process who ask at the same time wait for one build. */
const made = new Map<string, Promise<string>>()

/** The folder of a site's files, made by whichever process of the run asks first. Not to be changed: others read it. */
export function siteOf(settings: Settings): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(settings)).digest('hex')
  const name = `site-${hash}`
  const making = made.get(name) ?? madeOnce(name, async (to) => writeAll(to, outputFilesOf(await makeSite(settings))))
  made.set(name, making)
  making.catch(() => made.delete(name))
  return making
}

export const manifestOf = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))
