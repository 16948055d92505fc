/** The calls of attach, detach and status, and what they have to be allowed. */
import type { AwsCalls } from '../aws/calls.ts'
import type { Clients } from './aws-clients.ts'

export type Calls = AwsCalls<Clients>

/** The permissions that attach needs: each call of ours, and what CloudFront does in the caller's name. */
export const PERMISSIONS: Record<string, readonly string[]> = {
  sts: ['GetCallerIdentity'],
  cloudfront: [
    'GetDistribution',
    'UpdateDistribution',
    'GetCachePolicy',
    'GetOriginRequestPolicy',
    'GetResponseHeadersPolicy',
    'GetKeyGroup',
    'GetPublicKey',
    'DescribeKeyValueStore',
    'ListKeyValueStores',
    'DescribeFunction',
    'GetFunction',
    'CreateFunction',
    'UpdateFunction',
    'TestFunction',
    'PublishFunction',
  ],
  lambda: [
    'ListVersionsByFunction',
    'GetFunctionConfiguration',
    'CreateFunction',
    'UpdateFunctionCode',
    'UpdateFunctionConfiguration',
    'PublishVersion',
    // Developer Guide, "Set up IAM permissions and roles for Lambda@Edge": of whoever associates a function.
    'GetFunction',
    'EnableReplication*',
    'DisableReplication*',
  ],
  iam: [
    'GetRole',
    'GetRolePolicy',
    'CreateRole',
    'UpdateAssumeRolePolicy',
    'PutRolePolicy',
    'PassRole',
    'CreateServiceLinkedRole',
  ],
}

/** Wrapped for the help. */
export const permissionText = Object.entries(PERMISSIONS)
  .map(([service, actions]) => wrapped(`${service}:`, actions))
  .join('\n')

function wrapped(title: string, words: readonly string[]): string {
  const lines = [`  ${title}`]
  for (const word of words) {
    const last = lines.at(-1) as string
    if (last.length + word.length + 1 > 118) lines.push(`    ${word}`)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.join('\n')
}
