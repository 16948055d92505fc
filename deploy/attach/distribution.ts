/** The distribution: read, updated in one call, waited for. */

import { buffer } from 'node:stream/consumers'
import {
  type DistributionConfig,
  GetCachePolicyCommand,
  GetDistributionCommand,
  type GetDistributionCommandOutput,
  GetOriginRequestPolicyCommand,
  GetResponseHeadersPolicyCommand,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { Failure } from '../../base/errors.ts'
import type { StatusLine } from '../../cli/kit/output.ts'
import type { CloudFrontBehaviour } from './behaviours.ts'
import type { Calls } from './calls.ts'
import type { FoundPolicies } from './findings.ts'

export type Identity = {
  account: string
  /** `aws`, or another partition: `aws-cn`. */
  partition: string
}

export async function readIdentity({ call }: Calls): Promise<Identity> {
  const { Account = '', Arn = '' } = await call('sts:GetCallerIdentity', ({ sts }) =>
    sts.send(new GetCallerIdentityCommand({})),
  )
  return { account: Account, partition: Arn.split(':')[1] ?? 'aws' }
}

export type FoundDistribution = {
  id: string
  domain: string
  etag: string
  isDeployed: boolean
  config: DistributionConfig
  /** Settings that the SDK does not know: an update would take them away. */
  unknown: string[]
}

/** Config, ETag and state of one moment. @throws Failure if the account has none of this id */
export async function readDistribution({ find }: Calls, id: string, { account }: Identity): Promise<FoundDistribution> {
  let written = () => ''
  const answer = await find('cloudfront:GetDistribution', ({ cloudfront }) => {
    const command = new GetDistributionCommand({ Id: id })
    written = recordAnswer(command)
    return cloudfront.send(command)
  })
  if (!answer?.Distribution?.DistributionConfig) {
    throw new Failure(
      `unknown distribution: expected one of account ${account} in --distribution, found none with the id ${id}; \`aws cloudfront list-distributions\` lists them, AWS_PROFILE names another account`,
      { code: 'unknown-distribution', expected: `one of account ${account}`, found: `none with the id ${id}` },
    )
  }
  const { DomainName = '', Status, DistributionConfig } = answer.Distribution
  return {
    id,
    domain: DomainName,
    etag: answer.ETag ?? '',
    isDeployed: Status === 'Deployed',
    config: DistributionConfig,
    unknown: unknownSettings(written(), DistributionConfig),
  }
}

/** The policies that these behaviours name, each read once. */
export async function readBehaviourPolicies(
  calls: Calls,
  behaviours: readonly CloudFrontBehaviour[],
): Promise<FoundPolicies> {
  const { find } = calls
  const ids = (key: 'CachePolicyId' | 'OriginRequestPolicyId' | 'ResponseHeadersPolicyId') => [
    ...new Set(behaviours.flatMap((behaviour) => behaviour[key] || [])),
  ]
  const found: FoundPolicies = { cache: {}, originRequest: {}, responseHeaders: {} }
  for (const Id of ids('CachePolicyId')) {
    const answer = await find('cloudfront:GetCachePolicy', ({ cloudfront }) =>
      cloudfront.send(new GetCachePolicyCommand({ Id })),
    )
    const config = answer?.CachePolicy?.CachePolicyConfig
    if (config) found.cache[Id] = config
  }
  for (const Id of ids('OriginRequestPolicyId')) {
    const answer = await find('cloudfront:GetOriginRequestPolicy', ({ cloudfront }) =>
      cloudfront.send(new GetOriginRequestPolicyCommand({ Id })),
    )
    const config = answer?.OriginRequestPolicy?.OriginRequestPolicyConfig
    if (config) found.originRequest[Id] = config
  }
  for (const Id of ids('ResponseHeadersPolicyId')) {
    const answer = await find('cloudfront:GetResponseHeadersPolicy', ({ cloudfront }) =>
      cloudfront.send(new GetResponseHeadersPolicyCommand({ Id })),
    )
    const config = answer?.ResponseHeadersPolicy?.ResponseHeadersPolicyConfig
    if (config) found.responseHeaders[Id] = config
  }
  return found
}

/** @throws Conflict if it is no longer the one that was read */
export async function updateDistribution(
  { call }: Calls,
  { id, etag }: FoundDistribution,
  config: DistributionConfig,
): Promise<void> {
  await call('cloudfront:UpdateDistribution', ({ cloudfront }) =>
    cloudfront.send(new UpdateDistributionCommand({ Id: id, IfMatch: etag, DistributionConfig: config })),
  )
}

/** Milliseconds. */
const PAUSE = 15_000
const PATIENCE = 45 * 60_000

/** Until every edge location has it. */
export async function waitUntilDeployed(calls: Calls, id: string, identity: Identity, line: StatusLine): Promise<void> {
  for (let waited = 0; waited <= PATIENCE; waited += PAUSE) {
    if ((await readDistribution(calls, id, identity)).isDeployed) return line.clear()
    line.show(`Waiting until ${id} is deployed: ${durationText(waited)}; Ctrl-C stops the waiting, not the deployment`)
    await calls.sleep(PAUSE)
  }
  throw new Failure(
    `${id} is not deployed after ${durationText(PATIENCE)}; CloudFront goes on by itself: \`rimlight status --distribution ${id}\` tells when it is`,
    { code: 'not-deployed', expected: `deployed within ${durationText(PATIENCE)}`, found: 'in progress' },
  )
}

export function durationText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000)
  const minutes = Math.floor(seconds / 60)
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`
}

type Deserialize = (args: never) => Promise<{ response: unknown; output: GetDistributionCommandOutput }>

/** @returns a function that gives the XML as CloudFront wrote it, once the command has been sent */
export function recordAnswer({ middlewareStack }: GetDistributionCommand): () => string {
  let text = ''
  middlewareStack.addRelativeTo(
    (next: Deserialize) => async (args: object) => {
      const result = await next(args as never)
      const response = result.response as { body: NodeJS.ReadableStream | Buffer }
      const body = await buffer(response.body as NodeJS.ReadableStream)
      response.body = body
      text = body.toString()
      return result
    },
    { name: 'recordAnswer', relation: 'after', toMiddleware: 'deserializerMiddleware' },
  )
  return () => text
}

const PART = /<(\/?)([\w.:-]+)[^>]*?(\/?)>|([^<]+)/g

type Element = { at: string; value: unknown; children: number }

/**
 * Settings that the SDK does not know. It drops them from what it reads, and an update replaces the whole config, so
 * that they would be lost. Hence what CloudFront wrote is compared with what was read of it; empty elements do not
 * count.
 * @returns where they are: `CacheBehaviors.GrpcConfig`
 */
export function unknownSettings(xml: string, config: DistributionConfig): string[] {
  const [, inner = ''] = /<DistributionConfig\b[^>]*>(.*)<\/DistributionConfig>/s.exec(xml) ?? []
  const unknown = new Set<string>()
  const open: Element[] = [{ at: '', value: config, children: 0 }]
  for (const [, isEnd, name = '', isEmpty, text] of inner.matchAll(PART)) {
    const parent = open.at(-1) as Element
    if (text !== undefined) {
      if (parent.value === undefined && text.trim() !== '') unknown.add(parent.at)
    } else if (isEnd) {
      open.pop()
    } else {
      const child = childOf(parent, name)
      if (!isEmpty) open.push(child)
    }
  }
  return [...unknown]
}

function childOf(parent: Element, name: string): Element {
  const { at, value } = parent
  parent.children += 1
  if (Array.isArray(value)) return { at, value: value[parent.children - 1], children: 0 }
  if (value === undefined) return { at, value, children: 0 }
  const found = (value as Record<string, unknown>)[name]
  return { at: name === 'Items' ? at : at === '' ? name : `${at}.${name}`, value: found, children: 0 }
}

/** @returns null where an update loses nothing */
export const unknownProblem = ({ id, unknown }: { id: string; unknown: readonly string[] }): string | null =>
  unknown.length === 0
    ? null
    : `distribution ${id}: expected settings that this version of Rimlight knows, found ${unknown.join(', ')}, which an update by it would take away; take a newer version`
