/** What AWS's own validation (`@aws/cloudformation-validate`, a part of every synthesis) has to say. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { App, type CfnResource } from 'aws-cdk-lib/core'
import { describe, expect, it } from 'vitest'
import { type TemplateOptions, templateStack } from '../../../../deploy/template/synthesise.ts'
import type { Config } from '../../../../edge/config.ts'
import { EXTENT } from '../../../runs.ts'
import { temporaryFolder } from '../../local/fixture.ts'
import { bundleOf, CONFIG, OPTIONS } from './bundles.ts'
import { VERIFYING } from './private.ts'

async function findingsIn(
  options: Partial<TemplateOptions>,
  change?: (scope: App) => void,
  config: Config = CONFIG,
): Promise<string[]> {
  const outdir = await temporaryFolder()
  const app = new App({
    outdir,
    context: { '@aws-cdk/core:failSynthOnValidationErrors': false, '@aws-cdk/core:validationReportJson': true },
  })
  templateStack(app, bundleOf(config), { ...OPTIONS, ...options })
  change?.(app)
  app.synth()
  const { pluginReports } = JSON.parse(await readFile(join(outdir, 'validation-report.json'), 'utf8'))
  return pluginReports.flatMap(({ violations }: { violations: { description: string }[] }) =>
    violations.map(({ description }) => description),
  )
}

// It takes seconds to load: a full run has it.
describe.skipIf(EXTENT === 'short')('CloudFormation’s validation finds nothing, not even to warn of', () => {
  it.each<[string, Partial<TemplateOptions>]>([
    ['where the buckets exist', {}],
    ['where they are created', { buckets: 'created' }],
    ['with an identity', { originAccess: { kind: 'identity' } }],
    [
      'with an identity that exists, and created buckets',
      {
        buckets: 'created',
        originAccess: { kind: 'existing-identity', id: 'E2QWRUHAPOMQZL' },
      },
    ],
    ['in a staging stack', { staging: true }],
    ['with standard logging v2', { logs: { kind: 'v2', hasTable: false } }],
    ['with a table of logs', { logs: { kind: 'v2', hasTable: true } }],
  ])('%s', async (_, options) => {
    expect(await findingsIn(options)).toEqual([])
  })

  it.each([false, true])('with private routes, staging: %s', async (staging) => {
    expect(await findingsIn({ staging }, undefined, VERIFYING)).toEqual([])
  })

  it('with cache tags', async () => {
    expect(await findingsIn({}, undefined, { ...CONFIG, cacheTags: true })).toEqual([])
  })

  it('and would, if there were something', async () => {
    const found = await findingsIn({}, (app) => {
      const distribution = app.node.findChild('Rimlight').node.findChild('Distribution') as CfnResource
      distribution.addPropertyOverride('DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy', 'https')
    })
    expect(found).toEqual([expect.stringContaining('ViewerProtocolPolicy')])
  })
})
