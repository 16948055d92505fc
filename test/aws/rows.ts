/** Commands of the AWS with tenants. */
import type { CommandRow } from './state.ts'
import type { TenantAws } from './tenant-aws.ts'
import { throttled } from './tenant-aws.ts'

export type TenantRow = CommandRow

type Handle = (input: Record<string, unknown>, aws: TenantAws) => object

const row =
  (isMutation: boolean) =>
  (action: string, command: CommandRow['command'], handle: Handle): TenantRow => ({
    action: `cloudfront:${action}`,
    command,
    isMutation,
    handle(input, account) {
      const aws = account as TenantAws
      if (!aws.takes(isMutation ? 'writes' : 'reads')) throw throttled()
      return handle(input, aws)
    },
  })

export const read = row(false)
export const write = row(true)
