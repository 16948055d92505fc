/** `rimlight`: a verb, and what the verb takes. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { INTERRUPTED } from '../base/errors.ts'
import { ROOT } from '../base/root.ts'
import { BUCKET_PACKAGES, DISTRIBUTION_PACKAGES, KEYS_PACKAGES } from '../deploy/aws/packages.ts'
import type { Main } from './kit/command.ts'
import { asksForVersion } from './kit/options.ts'
import { defineVerbs, type VerbRows } from './kit/verbs.ts'

const VERBS: VerbRows = {
  init: { about: 'writes the config of a new site, or of a distribution that exists', load: () => import('./init.ts') },
  build: { about: 'builds the bundle of a config into dist/', load: () => import('../build/command.ts') },
  start: { about: 'runs it as a CloudFront on this machine', load: () => import('../local/start.ts') },
  dev: {
    about: 'the same as start',
    load: async () => ({ main: (await import('../local/start.ts')).startCommand('rimlight dev') }),
  },
  replay: { about: 'runs it on recorded events, and shows what changed', load: () => import('../local/replay.ts') },
  template: { about: 'writes a CloudFormation template for all of it', load: () => import('../deploy/template.ts') },
  attach: {
    about: 'puts it on a distribution that exists',
    packages: DISTRIBUTION_PACKAGES,
    load: () => import('../deploy/attach.ts'),
  },
  detach: { about: 'takes it off again', packages: DISTRIBUTION_PACKAGES, load: () => import('../deploy/detach.ts') },
  status: {
    about: 'says what a distribution has of it',
    packages: DISTRIBUTION_PACKAGES,
    load: () => import('../deploy/status.ts'),
  },
  keys: {
    about: 'adds, lists and removes the secrets of tokens',
    packages: KEYS_PACKAGES,
    load: () => import('../deploy/keys.ts'),
  },
  verify: { about: 'asks a distribution whether it does what it should', load: () => import('../deploy/verify.ts') },
  release: { about: 'builds everything that goes to a distribution, with hashes', load: () => import('./release.ts') },
  publish: { about: 'uploads what changed in a folder', packages: BUCKET_PACKAGES, load: () => import('./publish.ts') },
  logs: { about: 'says from its logs what a distribution did', load: () => import('../logs/command.ts') },
  invalidate: { about: 'removes objects from the caches', load: () => import('./invalidate.ts') },
  tenants: {
    about: 'gives each tenant of a site a distribution',
    packages: DISTRIBUTION_PACKAGES,
    load: () => import('../tenants/commands.ts'),
  },
}

const mainOfVerbs = defineVerbs({
  name: 'rimlight',
  about: 'The edge of an image site on Amazon CloudFront.',
  verbs: VERBS,
  notes: { 'rimlight --version, -v': 'says which version this is' },
})

/** Runs the verb that stands first, and gives its exit code. After a verb `--version` is no other question. */
export const main: Main = async (args, stdout, stderr) => {
  if (!asksForVersion(args)) return mainOfVerbs(args, stdout, stderr)
  stdout.write(`${JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).version}\n`)
  return 0
}

/** With the process's arguments, streams and exit code. */
export async function runAsProcess(): Promise<void> {
  // Whoever reads the output may stop before its end: `rimlight … | head`. SIGTERM lets the verb clean up.
  let isCutOff = false
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    process.stdout.on('error', () => {})
    isCutOff = error.code !== 'EPIPE'
    if (isCutOff) process.stderr.write(`the output can't be written: ${error.message}\n`)
    process.kill(process.pid, 'SIGTERM')
  })
  const code = await main(process.argv.slice(2), process.stdout, process.stderr)
  // A verb that had done all else may not have heard of it.
  process.exitCode = isCutOff ? code || 1 : code
  // After Ctrl-C the verb has cleaned up: a connection that is still open, as for a call without an answer, must not delay the end.
  if (code === INTERRUPTED) process.stdout.write('', () => process.exit())
}
