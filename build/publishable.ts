/**
 * Runs before `npm publish`, and in the workflow of releases: whether the package says where its sources are, and what has
 * changed. npm publishes with provenance only what names the repository that it is built in, and asks for that last of all.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../base/root.ts'
import { changelogProblems, changesIn } from './changelog.ts'

/** @param source `owner/name` of the repository that the workflow runs in; `undefined` outside of one */
export function publishProblems(
  manifest: Record<string, unknown>,
  changelog: string,
  source: string | undefined,
): string[] {
  const { version, repository } = manifest as { version: string; repository?: string | { url?: string } }
  const named = typeof repository === 'string' ? repository : repository?.url
  const [, address] = /github\.com[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(named ?? '') ?? []
  const isNamed = address !== undefined && (source === undefined || address === source)
  const found = named === undefined ? 'none' : JSON.stringify(named)
  const entry = `"repository": { "type": "git", "url": "git+https://github.com/${source ?? 'OWNER/NAME'}.git" }`
  return [
    ...(isNamed
      ? []
      : [`package.json: expected the repository that this is published from, found ${found}; add ${entry}`]),
    ...(changesIn(changelog, version) === undefined
      ? [
          `CHANGELOG.md: expected what changed in ${version}, found nothing; move the lines of Unreleased below ## ${version} - DATE`,
        ]
      : []),
    ...changelogProblems(changelog, version).map((problem) => `CHANGELOG.md: ${problem}`),
  ]
}

if (import.meta.main) {
  const [manifest, changelog] = await Promise.all(
    ['package.json', 'CHANGELOG.md'].map((file) => readFile(join(ROOT, file), 'utf8')),
  )
  const problems = publishProblems(JSON.parse(manifest ?? ''), changelog ?? '', process.env.GITHUB_REPOSITORY)
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 2
}
