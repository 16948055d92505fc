import { createHash } from 'node:crypto'
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  LambdaServiceException,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
  type UpdateFunctionCodeCommandInput,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda'
import { trusted } from './iam.ts'
import type { Account, CommandRow, Lambda, Role, Settling } from './state.ts'

const REGION = 'us-east-1'
const PAGE = 2
const POLLS = 2

export const lambdaError = (name: string, message: string, httpStatusCode = 400) =>
  new LambdaServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode } })

const lambdaOf = ({ lambdas }: Account, name: unknown): Lambda => {
  const lambda = lambdas.get(String(name))
  if (!lambda) throw lambdaError('ResourceNotFoundException', `Function not found: ${name}`, 404)
  return lambda
}

export const roleOfArn = ({ roles }: Account, arn: string | undefined): Role | undefined =>
  roles.get(arn?.split(':role/')[1] ?? '')

function checkRole(aws: Account, arn: string | undefined): void {
  const role = roleOfArn(aws, arn)
  if (!role || !trusted(role).includes('lambda.amazonaws.com') || role.unknownTo.lambda > 0) {
    if (role) role.unknownTo.lambda -= 1
    throw lambdaError(
      'InvalidParameterValueException',
      'The role defined for the function cannot be assumed by Lambda.',
    )
  }
}

function checkReady({ FunctionArn, State, LastUpdateStatus }: FunctionConfiguration): void {
  if (State !== 'Pending' && LastUpdateStatus !== 'InProgress') return
  throw lambdaError(
    'ResourceConflictException',
    `The operation cannot be performed at this time. An update is in progress for resource: ${FunctionArn}`,
    409,
  )
}

/** As it is told; asking brings it on. */
function asked(found: Settling<FunctionConfiguration>): FunctionConfiguration {
  found.polls -= 1
  if (found.polls <= 0) Object.assign(found, { State: 'Active', LastUpdateStatus: 'Successful' })
  return told(found)
}

const told = ({ polls: _, ...configuration }: Settling<FunctionConfiguration>): FunctionConfiguration => configuration

const sha256 = (content: Uint8Array | undefined): string =>
  createHash('sha256')
    .update(content ?? new Uint8Array())
    .digest('base64')

const VERSIONED = [
  'CodeSha256',
  'Runtime',
  'Handler',
  'MemorySize',
  'Timeout',
  'Role',
  'Environment',
  'Layers',
] as const

const isSameVersion = (one: FunctionConfiguration, other: FunctionConfiguration): boolean =>
  VERSIONED.every((key) => JSON.stringify(one[key] ?? null) === JSON.stringify(other[key] ?? null))

export const lambdaCommands: readonly CommandRow[] = [
  {
    action: 'lambda:ListVersionsByFunction',
    command: ListVersionsByFunctionCommand,
    isMutation: false,
    handle: ({ FunctionName, Marker }, aws) => {
      const { latest, versions } = lambdaOf(aws, FunctionName)
      // States are not among what lists tell: Lambda API Reference, ListVersionsByFunction.
      const all = [latest, ...versions].map(({ State: _, LastUpdateStatus: __, ...rest }) => told(rest))
      const start = Number(Marker ?? 0)
      const next = start + PAGE < all.length ? { NextMarker: String(start + PAGE) } : {}
      return { Versions: all.slice(start, start + PAGE), ...next }
    },
  },
  {
    action: 'lambda:GetFunctionConfiguration',
    command: GetFunctionConfigurationCommand,
    isMutation: false,
    handle: ({ FunctionName, Qualifier }, aws) => {
      const { latest, versions } = lambdaOf(aws, FunctionName)
      const found = Qualifier === undefined ? latest : versions.find(({ Version }) => Version === Qualifier)
      if (!found)
        throw lambdaError('ResourceNotFoundException', `Function not found: ${FunctionName}:${Qualifier}`, 404)
      return asked(found)
    },
  },
  {
    action: 'lambda:CreateFunction',
    command: CreateFunctionCommand,
    isMutation: true,
    handle: (input, aws, { region }) => {
      const { Code, FunctionName = '', ...rest } = input as unknown as CreateFunctionCommandInput
      if (region !== REGION)
        throw lambdaError('InvalidParameterValueException', `functions at the edge are in ${REGION}`)
      if (aws.lambdas.has(FunctionName)) {
        throw lambdaError('ResourceConflictException', `Function already exist: ${FunctionName}`, 409)
      }
      checkRole(aws, rest.Role)
      const latest = {
        ...(rest as FunctionConfiguration),
        FunctionName,
        FunctionArn: `arn:aws:lambda:${REGION}:${aws.account}:function:${FunctionName}`,
        Version: '$LATEST',
        CodeSha256: sha256(Code?.ZipFile),
        State: 'Pending' as const,
        LastUpdateStatus: 'Successful' as const,
        polls: POLLS,
      }
      aws.lambdas.set(FunctionName, { latest, versions: [] })
      return told(latest)
    },
  },
  {
    action: 'lambda:UpdateFunctionCode',
    command: UpdateFunctionCodeCommand,
    isMutation: true,
    handle: (input, aws) => {
      const { FunctionName, ZipFile, Architectures } = input as unknown as UpdateFunctionCodeCommandInput
      const { latest } = lambdaOf(aws, FunctionName)
      checkReady(latest)
      Object.assign(latest, { CodeSha256: sha256(ZipFile), LastUpdateStatus: 'InProgress', polls: POLLS })
      if (Architectures) latest.Architectures = Architectures
      return told(latest)
    },
  },
  {
    action: 'lambda:UpdateFunctionConfiguration',
    command: UpdateFunctionConfigurationCommand,
    isMutation: true,
    handle: (input, aws) => {
      const { FunctionName, Layers, ...rest } = input as unknown as UpdateFunctionConfigurationCommandInput
      const { latest } = lambdaOf(aws, FunctionName)
      checkReady(latest)
      checkRole(aws, rest.Role)
      Object.assign(latest, rest, { LastUpdateStatus: 'InProgress', polls: POLLS })
      if (Layers) latest.Layers = Layers.map((Arn) => ({ Arn }))
      return told(latest)
    },
  },
  {
    action: 'lambda:PublishVersion',
    command: PublishVersionCommand,
    isMutation: true,
    handle: ({ FunctionName, CodeSha256 }, aws) => {
      const { latest, versions } = lambdaOf(aws, FunctionName)
      checkReady(latest)
      if (CodeSha256 !== undefined && CodeSha256 !== latest.CodeSha256) {
        throw lambdaError(
          'InvalidParameterValueException',
          `CodeSHA256 (${CodeSha256}) is different from current CodeSHA256 in $LATEST (${latest.CodeSha256}).`,
        )
      }
      const last = versions.at(-1)
      if (last && isSameVersion(last, latest)) return told(last)
      const Version = String(versions.length + 1)
      const version = {
        ...structuredClone(latest),
        Version,
        FunctionArn: `${latest.FunctionArn}:${Version}`,
        State: 'Pending' as const,
        polls: POLLS,
      }
      versions.push(version)
      return told(version)
    },
  },
]
