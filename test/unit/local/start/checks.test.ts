import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseOptions } from '../../../../cli/kit/options.ts'
import { lockFolder } from '../../../../local/host/folder-lock.ts'
import { checkBeforeBuild } from '../../../../local/start/checks.ts'
import { readStartOptions, START_OPTIONS } from '../../../../local/start/options.ts'
import { temporaryFolder, writeJson } from '../fixture.ts'

it('values for headers that the config does not name are refused before anything is built', async () => {
  const folder = await temporaryFolder()
  const config = await writeJson(join(folder, 'edge.config.json'), {
    domains: ['cdn.example.com'],
    origins: { api: { domain: 'api.example.com', headers: ['x-origin-secret'] } },
    routes: [{ path: '/*', origin: 'api', cache: 'never' }],
  })
  const check = async (headers: object) => {
    const file = await writeJson(join(folder, 'headers.json'), headers)
    const ports = ['--https-port', '0', '--http-port', '0', '--out', join(folder, 'dist')]
    const args = ['--config', config, '--origin-headers', file, ...ports]
    const options = readStartOptions(parseOptions(args, START_OPTIONS, 'hint').values, 'hint')
    return checkBeforeBuild(options, new AbortController().signal)
  }
  expect(await check({ api: { 'X-Origin-Secret': 'a' } })).toBe(true)
  await expect(check({ api: { 'x-other': 'hidden' } })).rejects.toThrow(
    'origin headers: expected those that the config names (api: x-origin-secret), found api: x-other',
  )
})

const checked = async (...args: string[]) => {
  const folder = await temporaryFolder()
  const config = await writeJson(join(folder, 'edge.config.json'), {
    domains: ['cdn.example.com'],
    origins: { api: { domain: 'api.example.com' } },
    routes: [{ path: '/*', origin: 'api', cache: 'never' }],
  })
  const ports = ['--https-port', '0', '--http-port', '0', '--out', join(folder, 'dist')]
  const given = ['--config', config, ...ports, ...args]
  const options = readStartOptions(parseOptions(given, START_OPTIONS, 'hint').values, 'hint')
  return checkBeforeBuild(options, new AbortController().signal)
}

it.each(['--https-port', '--http-port'])('a port that is taken, before anything is built: %s', async (option) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await expect(checked(option, `${port}`)).rejects.toThrow(`port ${port} is in use; choose another with ${option}`)
  server.close()
  await once(server, 'close')
  expect(await checked(option, `${port}`)).toBe(true)
})

describe('folders, before anything is built', () => {
  it.each(['--out', '--persist'])('%s below what takes none is refused', async (option) => {
    if (!existsSync('/proc/self')) return
    await expect(checked(option, '/proc/a/b')).rejects.toThrow(
      `${option}: expected a folder that files can be written into, found /proc, which takes none (ENOENT)`,
    )
  })

  it('one that another start keeps is refused, until that ends; nothing is left in it', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'kept'))
    expect(await checked('--persist', join(folder, 'kept'))).toBe(true)
    expect(await readdir(join(folder, 'kept'))).toEqual([])
    const unlock = lockFolder(join(folder, 'kept'))
    await expect(checked('--persist', join(folder, 'kept'))).rejects.toThrow(
      'another `rimlight start` keeps its buckets',
    )
    unlock()
    expect(await checked('--persist', join(folder, 'kept'))).toBe(true)
  })
})
