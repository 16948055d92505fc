import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { ROOT } from '../../../../base/root.ts'
import { temporaryFolder } from '../fixture.ts'

const PROGRAM = `
import { Miniflare, NoOpLog } from ${JSON.stringify(pathToFileURL(join(ROOT, 'local/host/miniflare.ts')).href)}
const miniflare = new Miniflare({ log: new NoOpLog(), modules: true, script: 'export default {}' })
await miniflare.ready
await miniflare.dispose()
console.log(process.env.NODE_EXTRA_CA_CERTS)
`

test('Workers get none of the certificates of NODE_EXTRA_CA_CERTS, which stays as it is', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'extra.pem')
  await writeFile(file, '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n')
  const config = join(folder, 'workerd.json')
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    // Where Miniflare writes what it gives to workerd.
    env: { ...process.env, NODE_EXTRA_CA_CERTS: file, MINIFLARE_WORKERD_CONFIG_DEBUG: config },
  })
  expect(stdout.trim()).toBe(file)
  const given = await readFile(config, 'utf8')
  expect(given).toContain('export default {}')
  expect(given).not.toContain('BEGIN CERTIFICATE')
})
