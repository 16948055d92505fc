/** `rimlight start` and the files of public keys that a config names: they are watched as the config is. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { jwkOf, keyPair, signedBy } from '../contract/signers.ts'
import { NOW, part } from '../contract/tokens.ts'
import { newPublicKey } from '../unit/deploy/template/private.ts'
import { temporaryFolder, writeJson } from '../unit/local/fixture.ts'
import { get, type StartCommand, startCommand } from './start-command.ts'

const OLD = keyPair('ES256')
const NEW = keyPair('ES256')

const CONFIG = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
  keyGroups: { web: ['web.pem'] },
  routes: [
    { path: '/signed/*', origin: 'photos', cache: {}, auth: { type: 'signed', keyGroups: ['web'] } },
    { path: '/*', origin: 'photos', cache: {}, auth: { type: 'jwt', algorithms: ['ES256'], jwks: 'login.jwks' } },
  ],
}

const setOf = (pair: typeof OLD) => ({ keys: [jwkOf(pair, { kid: 'login' })] })

function token(pair: typeof OLD): string {
  const text = `${part({ alg: 'ES256', kid: 'login' })}.${part({ exp: NOW + 3_600 })}`
  return `${text}.${signedBy('ES256', pair.privateKey, text)}`
}

let folder: string
let command: StartCommand
let url: string
beforeAll(async () => {
  folder = await temporaryFolder()
  await writeJson(join(folder, 'tmp/none.json'), {})
  const config = await writeJson(join(folder, 'edge.config.json'), CONFIG)
  await writeJson(join(folder, 'login.jwks'), setOf(OLD))
  await writeFile(join(folder, 'web.pem'), newPublicKey())
  const files = ['--config', config, '--out', join(folder, 'dist')]
  command = startCommand(['--https-port', '0', '--http-port', '0', ...files], join(folder, 'tmp'))
  url = (await command.said('ready')).site.httpsUrl
})
afterAll(() => void command.child.kill('SIGKILL'))

/** A file that is written in several steps may be taken up in several, too, of which one changes something. */
const changes = () => command.events.filter((said) => said.event === 'reloaded' && said.isChanged).length

const statusOf = async (pair: typeof OLD) =>
  (await get(`${url}/photos/dusk.jpg`, { authorization: `Bearer ${token(pair)}` })).status

it('another set of keys counts from the moment that its file is written', async () => {
  expect([await statusOf(OLD), await statusOf(NEW)]).toEqual([200, 401])
  await writeJson(join(folder, 'login.jwks'), setOf(NEW))
  await expect.poll(changes).toBe(1)
  expect([await statusOf(OLD), await statusOf(NEW)]).toEqual([401, 200])
})

it('so does another key of a group', async () => {
  await writeFile(join(folder, 'web.pem'), newPublicKey())
  await expect.poll(changes).toBe(2)
})

it('a file that is gone is told of, and waited for; the keys before it stay', async () => {
  await rm(join(folder, 'login.jwks'))
  expect((await command.said('not-reloaded')).message).toContain('routes[1].auth.jwks: expected ')
  expect(await statusOf(NEW)).toBe(200)
  await writeJson(join(folder, 'login.jwks'), setOf(OLD))
  await expect.poll(() => statusOf(OLD)).toBe(200)
})

it('a file that the config names from now on is watched, too', async () => {
  const [signed, tokens] = CONFIG.routes
  const named = { ...tokens, auth: { ...tokens?.auth, jwks: 'other.jwks' } }
  await writeJson(join(folder, 'other.jwks'), setOf(NEW))
  await writeJson(join(folder, 'edge.config.json'), { ...CONFIG, routes: [signed, named] })
  await expect.poll(() => statusOf(NEW)).toBe(200)
  await writeJson(join(folder, 'other.jwks'), setOf(OLD))
  await expect.poll(() => statusOf(OLD)).toBe(200)
})
