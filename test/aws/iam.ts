import {
  CreateRoleCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMServiceException,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import type { Account, CommandRow, Role } from './state.ts'

export const iamError = (name: string, message: string) =>
  new IAMServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode: 400 } })

const roleOf = ({ roles }: Account, name: unknown): Role => {
  const role = roles.get(String(name))
  if (!role) throw iamError('NoSuchEntityException', `The role with name ${name} cannot be found.`)
  return role
}

/** Which services may assume it. */
export const trusted = ({ trust }: Role): string[] =>
  JSON.parse(trust).Statement.flatMap((statement: { Principal: { Service: string | string[] } }) =>
    [statement.Principal.Service].flat(),
  )

/** As IAM tells it: the services in an order of its own, which is not the one that they were given in. */
function toldTrust({ trust }: Role): string {
  const reversed = JSON.parse(trust, (key, value) =>
    key === 'Service' && Array.isArray(value) ? value.toReversed() : value,
  )
  return encodeURIComponent(JSON.stringify(reversed))
}

export const iamCommands: readonly CommandRow[] = [
  {
    action: 'iam:GetRole',
    command: GetRoleCommand,
    isMutation: false,
    handle: ({ RoleName }, aws) => ({
      Role: {
        RoleName,
        Arn: `arn:aws:iam::${aws.account}:role/${RoleName}`,
        AssumeRolePolicyDocument: toldTrust(roleOf(aws, RoleName)),
      },
    }),
  },
  {
    action: 'iam:CreateRole',
    command: CreateRoleCommand,
    isMutation: true,
    handle: ({ RoleName, AssumeRolePolicyDocument }, { roles, account }) => {
      const name = String(RoleName)
      if (roles.has(name)) throw iamError('EntityAlreadyExistsException', `Role with name ${name} already exists.`)
      roles.set(name, {
        trust: String(AssumeRolePolicyDocument),
        policies: new Map(),
        unknownTo: { lambda: 1, edge: 1 },
      })
      return { Role: { RoleName, Arn: `arn:aws:iam::${account}:role/${name}` } }
    },
  },
  {
    action: 'iam:UpdateAssumeRolePolicy',
    command: UpdateAssumeRolePolicyCommand,
    isMutation: true,
    handle: ({ RoleName, PolicyDocument }, aws) => {
      roleOf(aws, RoleName).trust = String(PolicyDocument)
      return {}
    },
  },
  {
    action: 'iam:GetRolePolicy',
    command: GetRolePolicyCommand,
    isMutation: false,
    handle: ({ RoleName, PolicyName }, aws) => {
      const document = roleOf(aws, RoleName).policies.get(String(PolicyName))
      if (document === undefined)
        throw iamError('NoSuchEntityException', `The role policy ${PolicyName} cannot be found.`)
      return { RoleName, PolicyName, PolicyDocument: encodeURIComponent(document) }
    },
  },
  {
    action: 'iam:PutRolePolicy',
    command: PutRolePolicyCommand,
    isMutation: true,
    handle: ({ RoleName, PolicyName, PolicyDocument }, aws) => {
      roleOf(aws, RoleName).policies.set(String(PolicyName), String(PolicyDocument))
      return {}
    },
  },
]
