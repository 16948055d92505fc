import { beforeAll, expect, it, vi } from 'vitest'
import { checkConfig } from '../../../../build/config.ts'
import { distributionInTemplate } from '../../../../cli/init/distribution/cloudformation.ts'
import { importedConfig } from '../../../../cli/init/distribution/import.ts'
import { parseTemplate } from '../../../../cli/init/distribution/template-text.ts'
import { synthesise } from '../../../../deploy/template/synthesise.ts'
import type { Config } from '../../../../edge/config.ts'
import { TEMPLATES } from '../../../runs.ts'
import { bundleOf, OPTIONS } from './bundles.ts'

beforeAll(() => {
  for (const [name, value] of Object.entries(TEMPLATES)) vi.stubEnv(name, value)
})

it('what `rimlight template` makes of a config, `rimlight init --from-cloudformation` makes into that config again', () => {
  const config: Config = {
    domains: ['cdn.example.com'],
    origins: { photos: { bucket: 'example-photos', region: 'eu-west-1' }, api: { domain: 'api.example.com' } },
    routes: [
      { path: '/api/*', origin: 'api', cache: { default: '60s' }, query: ['page'], headers: ['x-lang'] },
      { path: '/drafts/*', origin: 'photos', cache: 'never' },
      { path: '/*', origin: 'photos', cache: { default: '24h', max: '30d' }, cors: { origins: '*' } },
    ],
  }
  const { template } = synthesise(bundleOf(config), OPTIONS)
  const parsed = parseTemplate(JSON.stringify(template), 'a file')
  const { facts } = distributionInTemplate(parsed, 'a file', undefined)
  expect(checkConfig(importedConfig(facts).config, 'a config')).toMatchObject({
    domains: ['cdn.example.com'],
    routes: [
      { path: '/api/*', cache: { default: 60 }, query: ['page'], headers: ['x-lang'] },
      { path: '/drafts/*', cache: 'never' },
      { path: '/*', cache: { default: 86_400, max: 2_592_000 }, version: 'v', cors: { origins: '*' } },
    ],
  })
})
