/**
 * Of Astro and of Nuxt's image module, the parts that ask a recipe for URLs. All that they depend on takes a hundred megabytes
 * and has nothing to do with URLs: so the packages are taken without it, and what of it is used is there already.
 */
import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { npm } from '../npm.ts'
import { type Staged, staged } from '../staged.ts'

/** By name and version, with npm's own hash of each. */
const PACKAGES: Record<string, string> = {
  'astro@7.3.5': 'sha512-1p/ernaq/RuESbM5NMjWzbO6SiebMGrGcYlGjMfBhzzgM+n/X7AUmVyw8BqW2QYCdivpsHwJBcD1fqmlTZjZHg==',
  '@astrojs/internal-helpers@0.11.0':
    'sha512-3rzxJ+xbo0+8YyqOzLziIN32wmsHdCjEVz2sGOpRxJ+Ben/KiLph4ItxBy1abEL+E8fkRzqjg0rfXmaHJGw9JA==',
  '@nuxt/image@2.1.0':
    'sha512-UzAYq25uhwH1G6jvZBn/SwmniJr77fgF8KzbwUI3MuSdkIP3WQqt/F5wWKXgbGgAWWZGt8Vv2NQ0WZgFuxUBgQ==',
  'image-meta@0.2.2': 'sha512-3MOLanc3sb3LNGWQl1RlQlNWURE5g32aUphrDyFeCsxBTk08iE3VNe4CwsUZ0Qs1X+EfX0+r29Sxdpza4B+yRA==',
}

/** A folder whose `node_modules` has them. */
export const stageFrameworks = (): Promise<Staged> =>
  staged({
    name: 'frameworks',
    title: 'What recipes are for',
    key: JSON.stringify(PACKAGES),
    async install(folder) {
      for (const [name, integrity] of Object.entries(PACKAGES)) await install(folder, name, integrity)
    },
  })

type Packed = { filename: string; integrity: string }

async function install(folder: string, name: string, integrity: string): Promise<void> {
  const { stdout } = await npm(['pack', name, '--json', '--ignore-scripts'], folder)
  // A list, or by name: that depends on npm's version.
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, Packed>)
  if (packed?.integrity !== integrity) throw new Error(`${name}: expected ${integrity}, found ${packed?.integrity}`)
  const to = join(folder, 'node_modules', name.replace(/@[^@/]+$/, ''))
  await mkdir(to, { recursive: true })
  await promisify(execFile)('tar', ['-xzf', packed.filename, '--strip-components=1', '-C', to], { cwd: folder })
}
