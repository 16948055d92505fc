/** cdk-nag's AwsSolutions rules over all that can be made: what they find is in the table below, and nothing else. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { App, Stack, Validations } from 'aws-cdk-lib/core'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, it, vi } from 'vitest'
import { RimlightDistribution } from '../../../../deploy/cdk.ts'
import { templateStack } from '../../../../deploy/template/synthesise.ts'
import { temporaryFolder } from '../../local/fixture.ts'
import { bundleOf, CONFIG, OPTIONS } from './bundles.ts'
import { VERIFYING } from './private.ts'

/** Its validation is made elsewhere: `synthesise.test.ts`. */
vi.stubEnv('CDK_VALIDATION', 'false')

type Row = { rule: string; path: RegExp; because: string }

const ACCEPTED: readonly Row[] = [
  {
    rule: 'AwsSolutions-CFR1',
    path: /Distribution$/,
    because: 'a site is for the whole world where its config does not say otherwise',
  },
  {
    rule: 'AwsSolutions-CFR2',
    path: /Distribution$/,
    because: 'a web ACL costs money for each request; there is a parameter for one',
  },
  {
    rule: 'AwsSolutions-S1',
    path: /AccessLogs$/,
    because: 'logs of reading the logs would be logs without end',
  },
  {
    rule: 'AwsSolutions-S1',
    path: /ExamplePhotosBucket$/,
    because: "what viewers read is in CloudFront's own logs; the application's uploads are for it to log",
  },
  {
    rule: 'AwsSolutions-L1',
    path: /(ViewerRequestLambda|OriginRequest|OriginResponse)Function$/,
    because: "the config says which runtime: lambda.runtime; the default is the latest that Lambda@Edge's guide names",
  },
  {
    rule: 'AwsSolutions-IAM5[Resource::arn:aws:s3:::example-photos/*]',
    path: /OriginResponseRole$/,
    because: 'renditions can be asked of any object that a route with images serves, and of no other',
  },
  ...['OriginRequest', 'OriginResponse'].map(logRow),
]

function logRow(id: string): Row {
  return {
    rule: 'AwsSolutions-IAM5[Resource::arn:aws:logs:',
    path: new RegExp(`${id}LogPolicy$`),
    because: 'Lambda@Edge runs and logs in any region; the log group is its own alone',
  }
}

/** Of the template alone: plain values show what is behind the conditions, and pass. */
const BEHIND_CONDITIONS: readonly Row[] = [
  {
    rule: 'AwsSolutions-CFR4',
    path: /Distribution$/,
    because: 'the rule does not read conditions; with a certificate it is TLSv1.2_2021',
  },
]

const LEGACY_LOGS: Row = {
  rule: 'AwsSolutions-CFR3',
  path: /Distribution$/,
  because: 'the rule looks for legacy logs, in whose place those of standard logging v2 are delivered',
}

type Finding = { ruleName: string; severity: string; violatingConstructs: { constructPath: string }[] }

async function findingsIn(fill: (app: App) => void): Promise<[rule: string, path: string][]> {
  const outdir = await temporaryFolder()
  const app = new App({ outdir, context: { '@aws-cdk/core:failSynthOnValidationErrors': false } })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  fill(app)
  app.synth()
  const { pluginReports } = JSON.parse(await readFile(join(outdir, 'validation-report.json'), 'utf8'))
  const report = pluginReports.find(({ pluginName }: { pluginName: string }) => pluginName === 'AwsSolutions')
  return report.violations.flatMap(({ ruleName, violatingConstructs }: Finding) =>
    violatingConstructs.map(({ constructPath }) => [ruleName, constructPath]),
  )
}

const isRow = ([rule, path]: readonly [string, string], row: Row) => rule.startsWith(row.rule) && row.path.test(path)

function expectRows(found: [string, string][], rows: readonly Row[]): void {
  expect(found.filter((finding) => !rows.some((row) => isRow(finding, row)))).toEqual([])
  expect(rows.filter((row) => !found.some((finding) => isRow(finding, row)))).toEqual([])
}

const withoutBuckets = ACCEPTED.filter(({ path }) => !path.source.includes('Bucket'))
const withoutWebAcl = (rows: readonly Row[]) => rows.filter(({ rule }) => rule !== 'AwsSolutions-CFR2')

describe('cdk-nag finds what is explained', () => {
  const bundle = bundleOf(CONFIG)

  it('in the template', async () => {
    const found = await findingsIn((app) => templateStack(app, bundle, OPTIONS))
    expectRows(found, [...withoutWebAcl(withoutBuckets), ...BEHIND_CONDITIONS])
  })

  it('in the template of private routes, by secrets and by public keys', async () => {
    const found = await findingsIn((app) => templateStack(app, bundleOf(VERIFYING), OPTIONS))
    expectRows(found, [...withoutWebAcl(withoutBuckets), ...BEHIND_CONDITIONS, logRow('ViewerRequestLambda')])
  })

  it('in the template that creates the buckets', async () => {
    const found = await findingsIn((app) => templateStack(app, bundle, { ...OPTIONS, buckets: 'created' }))
    expectRows(found, [...withoutWebAcl(ACCEPTED), ...BEHIND_CONDITIONS])
  })

  it('in the template with standard logging v2 and a table', async () => {
    const options = { ...OPTIONS, logs: { kind: 'v2', hasTable: true } } as const
    const found = await findingsIn((app) => templateStack(app, bundle, options))
    expectRows(found, [...withoutWebAcl(withoutBuckets), ...BEHIND_CONDITIONS, LEGACY_LOGS])
  })

  it('in the construct, with plain values', async () => {
    const folder = await temporaryFolder()
    for (const trigger of ['origin-request', 'origin-response'])
      await writeFile(join(folder, `${trigger}.zip`), trigger)
    const found = await findingsIn((app) => {
      const stack = new Stack(app, 'Cdn', { env: { region: 'us-east-1' } })
      new RimlightDistribution(stack, 'Images', {
        bundle: { ...bundle, folder },
        domainNames: ['cdn.example.com'],
        certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/1',
      })
    })
    expectRows(found, withoutBuckets)
  })
})
