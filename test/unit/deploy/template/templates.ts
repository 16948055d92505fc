/** Templates, and how to find one's way in them. */
import { Template } from 'aws-cdk-lib/assertions'
import { App } from 'aws-cdk-lib/core'
import { vi } from 'vitest'
import { at } from '../../../../base/json-values.ts'
import type { BuiltBundle } from '../../../../bundle/read-bundle.ts'
import { type TemplateOptions, templateStack } from '../../../../deploy/template/synthesise.ts'
import { folderOfFile } from '../../../temporary.ts'
import { OPTIONS } from './bundles.ts'

/** AWS's own validation takes its time, and has a test to itself: `synthesise.test.ts`. */
export const newApp = (): App => {
  vi.stubEnv('CDK_VALIDATION', 'false')
  // Without it, CDK makes a folder, and never removes it.
  return new App({ outdir: folderOfFile(), treeMetadata: false })
}

export const templateFor = (bundle: BuiltBundle, options: Partial<TemplateOptions> = {}): Template =>
  Template.fromStack(templateStack(newApp(), bundle, { ...OPTIONS, ...options }).stack)

type Found = { id: string; properties: Record<string, unknown> }

export const resourcesOf = (template: Template, type: string): Found[] =>
  Object.entries(template.findResources(type)).map(([id, resource]) => ({ id, properties: resource.Properties }))

export function onlyResource(template: Template, type: string): Found {
  const found = resourcesOf(template, type)
  if (found.length !== 1) throw new Error(`expected one ${type}, found ${found.length}`)
  return found[0] as Found
}

export const distributionConfig = (template: Template): Record<string, unknown> =>
  at(onlyResource(template, 'AWS::CloudFront::Distribution').properties, 'DistributionConfig') as Record<
    string,
    unknown
  >

/** In the order in which CloudFront matches them. */
export const behavioursOf = (template: Template): Record<string, unknown>[] => {
  const { CacheBehaviors, DefaultCacheBehavior } = distributionConfig(template)
  return [...(CacheBehaviors as Record<string, unknown>[]), DefaultCacheBehavior as Record<string, unknown>]
}

/** What a policy of a behaviour's is. */
export const policyOf = (template: Template, behaviour: object, kind: string): unknown => {
  const id = at(behaviour, `${kind}Id`, 'Ref') as string
  const resource = template.toJSON().Resources[id]
  if (resource?.Type !== `AWS::CloudFront::${kind}`) throw new Error(`${kind}Id: ${id} is no ${kind}`)
  return resource.Properties[`${kind}Config`]
}

/** The values that CloudFormation puts in, as their names in angle brackets. */
export function joined(value: unknown): string {
  if (typeof value === 'string') return value
  const parts = at(value, 'Fn::Join', 1)
  if (Array.isArray(parts)) return parts.map(joined).join(at(value, 'Fn::Join', 0) as string)
  const reference = at(value, 'Ref') ?? (at(value, 'Fn::GetAtt') as string[] | undefined)?.join('.')
  return `<${String(reference)}>`
}

/** All texts of a value as `joined` has them. */
export const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  if (['Fn::Join', 'Ref', 'Fn::GetAtt'].some((name) => name in value)) return joined(value)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}
