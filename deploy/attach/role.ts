/** The role that the Lambdas run with: it reads the originals of images, writes logs, and nothing else. */
import { isDeepStrictEqual } from 'node:util'
import {
  CreateRoleCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { keyPrefix, originNames } from '../../bundle/policies.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import { LAMBDA_EDGE_TRUST, policyDocument, WRITE_LOGS } from '../aws/iam.ts'
import { resourceText } from '../aws/key-pattern.ts'
import type { Calls } from './calls.ts'
import type { Identity } from './distribution.ts'
import { POLICY_NAME, roleName } from './names.ts'

export type RolePlan = {
  name: string
  arn: string
  /** What is to be made or put right. */
  changes: ('create' | 'trust' | 'permissions')[]
  trust: object
  permissions: object
}

export async function planRole(
  { find }: Calls,
  distribution: string,
  identity: Identity,
  bundle: BuiltBundle,
): Promise<RolePlan> {
  const name = roleName(distribution)
  const arn = `arn:${identity.partition}:iam::${identity.account}:role/${name}`
  const permissions = permissionsOf(distribution, identity, bundle)
  const role = await find('iam:GetRole', ({ iam }) => iam.send(new GetRoleCommand({ RoleName: name })))
  if (!role) return { name, arn, changes: ['create', 'permissions'], trust: LAMBDA_EDGE_TRUST, permissions }
  const policy = await find('iam:GetRolePolicy', ({ iam }) =>
    iam.send(new GetRolePolicyCommand({ RoleName: name, PolicyName: POLICY_NAME })),
  )
  const changes: RolePlan['changes'] = []
  if (!isDocument(role.Role?.AssumeRolePolicyDocument, LAMBDA_EDGE_TRUST)) changes.push('trust')
  if (!isDocument(policy?.PolicyDocument, permissions)) changes.push('permissions')
  return { name, arn: role.Role?.Arn ?? arn, changes, trust: LAMBDA_EDGE_TRUST, permissions }
}

/**
 * IAM gives documents back URL-encoded (IAM API Reference, GetRole), and a trust's services in an order of its own, now
 * one and now another (github.com/pulumi/pulumi-aws/issues/1338).
 */
function isDocument(text: string | undefined, wanted: object): boolean {
  try {
    return isDeepStrictEqual(
      JSON.parse(decodeURIComponent(text ?? ''), sorted),
      JSON.parse(JSON.stringify(wanted), sorted),
    )
  } catch {
    return false
  }
}

/** For JSON.parse. In a policy, lists are sets: IAM User Guide, "Grammar of the IAM JSON policy language". */
const sorted = (_: string, value: unknown): unknown =>
  Array.isArray(value) ? value.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : value

/**
 * Lambda@Edge logs in the region that it runs in, to `/aws/lambda/us-east-1.NAME`: Developer Guide, "Edge function
 * logs".
 */
export function permissionsOf(distribution: string, { account, partition }: Identity, bundle: BuiltBundle): object {
  const originals = originalsOf(bundle).map((key) => `arn:${partition}:s3:::${key}`)
  return policyDocument([
    ...(originals.length > 0 ? [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: originals }] : []),
    {
      Effect: 'Allow',
      Action: WRITE_LOGS,
      Resource: [`arn:${partition}:logs:*:${account}:log-group:/aws/lambda/us-east-1.rimlight-${distribution}-*`],
    },
  ])
}

/** What the role may read: all below the prefixes of buckets that routes with images use, and placeholders for missing pictures. */
function originalsOf({ settings, policies }: BuiltBundle): string[] {
  const keys = policies.behaviours.flatMap((behaviour, index) => {
    const { images = null, placeholder = null } = settings.routes[index] ?? {}
    const bucketsOf = (names: readonly string[]) => names.flatMap((name) => policies.origins[name]?.s3 ?? [])
    return [
      ...(images ? bucketsOf(originNames(behaviour, policies)) : []).map(
        ({ bucket, prefix }) => `${bucket}/${resourceText({ prefix: keyPrefix(prefix), pattern: '*' })}`,
      ),
      ...(placeholder === null ? [] : bucketsOf([behaviour.origin])).map(
        ({ bucket }) => `${bucket}/${resourceText({ prefix: placeholder ?? '', pattern: '' })}`,
      ),
    ]
  })
  return [...new Set(keys)].toSorted()
}

export async function applyRole({ call }: Calls, { name, changes, trust, permissions }: RolePlan): Promise<void> {
  if (changes.includes('create')) {
    await call('iam:CreateRole', ({ iam }) =>
      iam.send(
        new CreateRoleCommand({
          RoleName: name,
          AssumeRolePolicyDocument: JSON.stringify(trust),
          Description: "Rimlight's functions at the edge",
        }),
      ),
    )
  }
  if (changes.includes('trust')) {
    await call('iam:UpdateAssumeRolePolicy', ({ iam }) =>
      iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: JSON.stringify(trust) })),
    )
  }
  if (changes.includes('permissions')) {
    await call('iam:PutRolePolicy', ({ iam }) =>
      iam.send(
        new PutRolePolicyCommand({
          RoleName: name,
          PolicyName: POLICY_NAME,
          PolicyDocument: JSON.stringify(permissions),
        }),
      ),
    )
  }
}
