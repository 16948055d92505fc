import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseOptions } from '../../../../cli/kit/options.ts'
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
