/** `rimlight start --keys FILE`: the secrets of tokens on this machine, and their rotation. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import { token } from '../contract/tokens.ts'
import { temporaryFolder, writeJson } from '../unit/local/fixture.ts'
import { get, type StartCommand, startCommand } from './start-command.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
  routes: [{ path: '/*', origin: 'photos', cache: {}, auth: { type: 'jwt', algorithms: ['HS256'] } }],
}

const OLD = 'the old secret, which has 32 bytes or more'
const NEW = 'the new secret, which has 32 bytes or more'

let keys: string
let command: StartCommand
let url: string
beforeAll(async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'tmp'))
  const config = await writeJson(join(folder, 'edge.config.json'), CONFIG)
  keys = await writeJson(join(folder, 'keys.json'), { '2026-11': OLD })
  const files = ['--config', config, '--out', join(folder, 'dist'), '--keys', keys]
  command = startCommand(['--https-port', '0', '--http-port', '0', ...files], join(folder, 'tmp'))
  url = (await command.said('ready')).site.httpsUrl
})
afterAll(() => void command.child.kill('SIGKILL'))

const statusOf = async (kid: string, secret: string) => {
  const grant = token({ exp: Math.floor(Date.now() / 1000) + 600 }, { kid }, secret)
  return (await get(`${url}/photos/dusk.jpg`, { authorization: `Bearer ${grant}` })).status
}

it('a token is good whose key is in the file', async () => {
  expect(await statusOf('2026-11', OLD)).toBe(200)
  expect(await statusOf('2026-11', NEW)).toBe(401)
  expect(await statusOf('2026-12', NEW)).toBe(401)
})

it('a key that is added to the file is good from then on, and one that is taken out is not', async () => {
  await writeJson(keys, { '2026-11': OLD, '2026-12': NEW })
  await expect.poll(() => statusOf('2026-12', NEW)).toBe(200)
  expect(await statusOf('2026-11', OLD)).toBe(200)
  await writeJson(keys, { '2026-12': NEW })
  await expect.poll(() => statusOf('2026-11', OLD)).toBe(401)
  expect(await statusOf('2026-12', NEW)).toBe(200)
})

it('a file that is broken is told of, and the keys before it stay', async () => {
  await writeFile(keys, `{ "2026-12": "${NEW}"`)
  const { message } = await command.said('warning')
  expect(message).toContain(`--keys ${keys}: expected JSON of the form`)
  expect(await statusOf('2026-12', NEW)).toBe(200)
})

it('of the secrets it says nothing', async () => {
  const { code, stderr } = await command.stop()
  expect(code).toBe(0)
  const said = JSON.stringify(command.events) + stderr
  for (const secret of [OLD, NEW]) {
    expect(said).not.toContain(secret)
    expect(said).not.toContain(Buffer.from(secret).toString('base64url'))
  }
})
