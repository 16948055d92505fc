/**
 * `npm run pack:app`: makes `rimlight-app/` a package of its own, with what applications import at run time and nothing
 * else. Its code is what `tsconfig.app.json` compiles; the rest follows from the package.json of the whole.
 */
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../base/root.ts'

/** Of the package's entries, those without which an application does not run. Each is at the same path in both. */
const ENTRIES = ['.', './urls', './sign', './session']

/** What these load when it is first needed, if it is installed. They import nothing else. */
const PEERS = ['@aws-sdk/client-s3', '@aws-sdk/cloudfront-signer', '@aws-sdk/s3-request-presigner', 'jose']

/** What both packages have in common. */
const SHARED = ['version', 'license', 'repository', 'homepage', 'bugs', 'type', 'sideEffects', 'publishConfig']

const FOLDER = join(ROOT, 'rimlight-app')

const whole = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))

const picked = (from: Record<string, unknown> | undefined, names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => (from && name in from ? [[name, from[name]]] : [])))

const app = {
  name: 'rimlight-app',
  description: 'What an application imports of Rimlight at run time: URLs, signatures, sessions, types of the config.',
  ...picked(whole, SHARED),
  keywords: whole.keywords,
  exports: { ...picked(whole.exports, ENTRIES), './package.json': './package.json' },
  files: ['lib'],
  // Oldest Node whose `require` takes modules.
  engines: { node: '>=22.12' },
  peerDependencies: picked(whole.peerDependencies, PEERS),
  peerDependenciesMeta: picked(whole.peerDependenciesMeta, PEERS),
}

await writeFile(join(FOLDER, 'package.json'), `${JSON.stringify(app, null, 2)}\n`)
await copyFile(join(ROOT, 'LICENSE'), join(FOLDER, 'LICENSE'))
await copyFile(join(ROOT, 'build/rimlight-app.md'), join(FOLDER, 'README.md'))
