/** What `rimlight init` says that it did, or would do. */
import type { Paint } from '../kit/output.ts'
import type { FileChange } from './changes.ts'

const DID: Readonly<Record<FileChange['change'], { did: string; would: string; colour: Parameters<Paint>[0] }>> = {
  created: { did: 'created', would: 'to create', colour: 'green' },
  'added-to': { did: 'added to', would: 'to add to', colour: 'green' },
  unchanged: { did: 'unchanged', would: 'unchanged', colour: 'dim' },
  'left-alone': { did: 'left alone', would: 'left alone', colour: 'yellow' },
}

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun'

/** What runs a package's command in a project. */
const RUNS: Readonly<Record<PackageManager, string>> = { npm: 'npx', pnpm: 'pnpm exec', yarn: 'yarn', bun: 'bunx' }

export function report(
  files: readonly Omit<FileChange, 'content'>[],
  notes: readonly string[],
  isDryRun: boolean,
  manager: PackageManager,
  paint: Paint,
): string {
  const width = 'to create'.length + 2
  const lines = files.map(({ file, change, note }) => {
    const { did, would, colour } = DID[change]
    return `${paint(colour, (isDryRun ? would : did).padEnd(width + 2))}${file}${note === '' ? '' : paint('dim', ` (${note})`)}`
  })
  const next = isDryRun
    ? 'Nothing was written: --dry-run.'
    : `Next: ${manager} install, and ${RUNS[manager]} rimlight dev --open shows it on this machine.`
  return [...lines, ...(notes.length > 0 ? ['', ...notes.map((note) => `note: ${note}`)] : []), '', next, ''].join('\n')
}
