/** What one test needs and takes more room than is worth everybody's while: installed when that test first runs. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { whyUnreachable } from './npm.ts'

export type Staged = { kind: 'installed'; folder: string } | { kind: 'unreachable'; reason: string }

const CACHE = join(import.meta.dirname, '../node_modules/.cache/rimlight')

type Stage = {
  /** Of the folder. */
  name: string
  /** As the reason has it, why it is not there. */
  title: string
  /** What the folder depends on: another one has another folder. */
  key: string | Buffer
  /** Fills a folder, by npm. */
  install(folder: string): Promise<void>
}

/**
 * The folder that an earlier run has filled, or this one fills.
 * @throws Error where npm fails with its registry at hand
 */
export async function staged({ name, title, key, install }: Stage, cache = CACHE): Promise<Staged> {
  const folder = join(cache, `${name}-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`)
  if (existsSync(folder)) return { kind: 'installed', folder }
  await mkdir(cache, { recursive: true })
  const temporary = await mkdtemp(`${folder}.tmp-`)
  try {
    await install(temporary)
    await rename(temporary, folder).catch((error) => {
      // Another run may have been faster.
      if (!existsSync(folder)) throw error
    })
    return { kind: 'installed', folder }
  } catch (error) {
    const code = whyUnreachable(error)
    if (code === undefined) throw error
    return { kind: 'unreachable', reason: `${title} is not installed yet, and npm's registry is out of reach: ${code}` }
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}
