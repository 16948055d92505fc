/** The stack of a bundle as a CloudFormation template: the same for the same bundle, wherever it is made. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Aws, DefaultStackSynthesizer, type IStackSynthesizer, Stack } from 'aws-cdk-lib/core'
import { removeAtEnd } from '../../base/temporary.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import type { BucketAccess } from './bucket-access.ts'
import type { Inputs } from './inputs.ts'
import { outputs } from './outputs.ts'
import { type LogKinds, parameters } from './parameters.ts'
import { stackResources } from './resources.ts'

export type TemplateOptions = Pick<Inputs, 'buckets' | 'originAccess' | 'retainFunctions'> & {
  staging: boolean
  /** Default: legacy logs. */
  logs?: LogKinds
}

export type Synthesised = { template: Record<string, unknown>; access: BucketAccess[] }

/** An application with one stack, whose resources have the names of their kinds. */
export function templateStack(
  app: App,
  bundle: BuiltBundle,
  options: TemplateOptions,
): { stack: Stack; access: BucketAccess[] } {
  const stack = new Stack(app, 'Rimlight', {
    description: description(bundle, options),
    // Of a template that is deployed by itself; the cast is for `exactOptionalPropertyTypes`.
    synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) as IStackSynthesizer,
    analyticsReporting: false,
  })
  const { buckets, originAccess, retainFunctions, staging, logs = { kind: 'v1' } } = options
  const made = stackResources(stack, {
    bundle,
    name: Aws.STACK_NAME,
    buckets,
    originAccess,
    retainFunctions,
    ...parameters(stack, bundle, staging, logs),
  })
  outputs(stack, made, buckets === 'existing')
  return { stack, access: made.access }
}

export function synthesise(bundle: BuiltBundle, options: TemplateOptions): Synthesised {
  const outdir = mkdtempSync(join(tmpdir(), 'rimlight-template-'))
  const settled = removeAtEnd(outdir)
  try {
    const app = new App({ outdir, treeMetadata: false, analyticsReporting: false })
    const { stack, access } = templateStack(app, bundle, options)
    return { template: app.synth().getStackArtifact(stack.artifactId).template, access }
  } finally {
    rmSync(outdir, { recursive: true, force: true })
    settled()
  }
}

const description = ({ manifest, policies }: BuiltBundle, { staging }: TemplateOptions): string =>
  `Rimlight${staging ? ' (staging)' : ''}: ${policies.domains[0]}, config ${manifest.config.sha256.slice(0, 12)}. For us-east-1; the stack's name has at most 40 characters.`
