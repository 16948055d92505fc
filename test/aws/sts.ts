import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import type { CommandRow } from './state.ts'

export const stsCommands: readonly CommandRow[] = [
  {
    action: 'sts:GetCallerIdentity',
    command: GetCallerIdentityCommand,
    isMutation: false,
    handle: (_, { account, arn }) => ({ Account: account, Arn: arn, UserId: 'AIDAEXAMPLE' }),
  },
]
