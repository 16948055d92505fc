/** `rimlight template`: a CloudFormation template for all that a distribution of this bundle needs. */

import { notWritable, systemMessage, unexpectedInput } from '../base/errors.ts'
import { replaceFile } from '../base/replace-file.ts'
import { type BuiltBundle, readBundle } from '../bundle/read-bundle.ts'
import { defineCommand } from '../cli/kit/command.ts'
import { painter } from '../cli/kit/output.ts'
import type { OriginAccess } from './template/inputs.ts'
import { codeUploads, nextSteps, undeniedNotes } from './template/next-steps.ts'
import { originHeaderParameters } from './template/origin-headers.ts'
import { requirePackages } from './template/packages.ts'
import type { Synthesised, TemplateOptions } from './template/synthesise.ts'

export const main = defineCommand({
  name: 'rimlight template',
  usage:
    '[--dist DIR] [--out FILE] [--create-buckets] [--oai | --oai-id ID] [--staging] [--logs v1|v2 [--log-table]] [--retain-functions] [--json]',
  about: `Writes a CloudFormation template for a bundle: the distribution with a behaviour for each route, the functions, policies,
roles, logs, alarms and a budget. The stack has to be in us-east-1, and its name has at most 40 characters. Certificate,
alternate names, price class, web ACL, e-mail address, budget and the days that logs are kept are parameters of it. The
same bundle gives the same template. It needs no credentials, and the packages aws-cdk-lib and constructs.

The buckets of the config are taken to exist: the stack gives the policy of each as an output, to be merged into the one
that the bucket has. Logs of the Lambda functions in regions other than us-east-1 are not the stack's: Lambda makes
their log groups there, /aws/lambda/us-east-1.NAME, and keeps them for ever.`,
  options: {
    dist: { type: 'string', value: 'DIR', about: 'the bundle', default: 'dist' },
    out: { type: 'string', value: 'FILE', about: 'write the template there, and print what is left to do' },
    'create-buckets': { type: 'boolean', about: 'let the stack create the buckets, which must be in us-east-1' },
    oai: {
      type: 'boolean',
      about: 'read the buckets by a new origin access identity in place of origin access control',
    },
    'oai-id': { type: 'string', value: 'ID', about: 'the same by an identity that exists and that buckets know' },
    staging: {
      type: 'boolean',
      about: "a staging distribution, which is sent a part of the viewers of another stack's distribution",
    },
    'retain-functions': {
      type: 'boolean',
      about: 'leave the Lambda functions where they are when the stack is deleted: replicas hold them for hours',
    },
    logs: {
      type: 'string',
      value: 'v1|v2',
      about:
        'access logs as CloudFront writes them of old (v1), or by standard logging v2 as Parquet, in folders by the hour, with what the function logs',
      default: 'v1',
    },
    'log-table': {
      type: 'boolean',
      about: 'with --logs v2, a database of the data catalog with a table of them, for Athena',
    },
    json: { type: 'boolean', about: 'print one JSON document: { file | template, bytes, resources, uploads, notes }' },
  },
  examples: [
    'rimlight template > template.json',
    'rimlight template --out template.json',
    'rimlight template --out next.json --staging',
  ],
  exitCode: '0 done; 1 not done: a package is missing; 2 wrong usage or input',
  async run(values, { stdout, stderr, hint }) {
    const originAccess = originAccessOf(values.oai, values['oai-id'], hint)
    const logs = logsOf(values.logs, values['log-table'], hint)
    const bundle = await readBundle(values.dist)
    const hasTokens = bundle.policies.keyValueStore
    const originHeaders = originHeaderParameters(bundle.policies)
    const hasExistingBuckets = !values['create-buckets']
    const options = {
      buckets: hasExistingBuckets ? 'existing' : 'created',
      originAccess,
      logs,
      staging: values.staging,
      retainFunctions: values['retain-functions'],
    } as const
    const { template, access } = await synthesised(bundle, options)
    const text = textOf(template)
    const uploads = codeUploads(bundle)
    const notes = undeniedNotes(access)
    const resources = Object.keys(template.Resources as object).length
    const bytes = Buffer.byteLength(text)
    const file = values.out

    if (file !== undefined) await write(file, text)
    if (values.json) {
      const document = { ...(file === undefined ? { template } : { file }), bytes, resources, uploads, notes }
      stdout.write(`${JSON.stringify(document)}\n`)
      return 0
    }
    for (const note of notes) stderr.write(`${painter(stderr)('yellow', 'Note:')} ${note}\n`)
    if (file === undefined) {
      stdout.write(text)
      return 0
    }
    stdout.write(`Wrote ${file}: ${resources} resources in ${bytes.toLocaleString('en')} bytes\n\n`)
    stdout.write(
      nextSteps(
        {
          ...{ file, uploads, access, hasExistingBuckets, hasTokens, originHeaders },
          ...{ isStaging: values.staging, retainsFunctions: values['retain-functions'] },
        },
        painter(stdout),
      ),
    )
    return 0
  },
})

const DEFAULT_OPTIONS: TemplateOptions = { buckets: 'existing', originAccess: { kind: 'control' }, staging: false }

/**
 * The text of a bundle's template.
 * @throws Failure if a package that it needs is not installed, InputError for what can't be made of the config
 */
export const templateOf = async (bundle: BuiltBundle, options: TemplateOptions = DEFAULT_OPTIONS): Promise<string> =>
  textOf((await synthesised(bundle, options)).template)

const textOf = (template: object): string => `${JSON.stringify(template, null, 2)}\n`

/** Loaded when it is needed: most who use Rimlight have the packages not installed. */
async function synthesised(bundle: BuiltBundle, options: TemplateOptions): Promise<Synthesised> {
  await requirePackages()
  const { synthesise } = await import('./template/synthesise.ts')
  return synthesise(bundle, options)
}

/** CloudFront API: what ids of origin access identities look like. */
const IDENTITY = /^[A-Z0-9]{8,32}$/

function originAccessOf(isNew: boolean, id: string | undefined, hint: string): OriginAccess {
  if (id === undefined) return isNew ? { kind: 'identity' } : { kind: 'control' }
  if (isNew) {
    throw unexpectedInput({ code: 'option-conflict', expected: '--oai or --oai-id', found: 'both', remedy: hint })
  }
  if (!IDENTITY.test(id)) {
    throw unexpectedInput({
      at: '--oai-id',
      code: 'option-value',
      expected: 'an id such as E2QWRUHAPOMQZL',
      found: JSON.stringify(id),
    })
  }
  return { kind: 'existing-identity', id }
}

function logsOf(kind: string, hasTable: boolean, hint: string): NonNullable<TemplateOptions['logs']> {
  if (kind === 'v2') return { kind, hasTable }
  if (kind !== 'v1') {
    throw unexpectedInput({ at: '--logs', code: 'option-value', expected: 'v1 or v2', found: JSON.stringify(kind) })
  }
  if (hasTable) {
    throw unexpectedInput({
      code: 'option-missing',
      expected: '--logs v2 beside --log-table',
      found: '--logs v1',
      remedy: hint,
    })
  }
  return { kind }
}

async function write(file: string, text: string): Promise<void> {
  try {
    await replaceFile(file, text)
  } catch (cause) {
    throw notWritable(`--out: ${file} can't be written: ${systemMessage(cause)}`, cause)
  }
}
