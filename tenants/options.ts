/** What is asked of the library, and what it answers. */
import type { ManagedCertificate } from './kinds/kind.ts'
import type { TenantKind, TenantRecord, TenantSettings } from './record.ts'

export type CreateOptions = Partial<TenantSettings> & {
  kind?: TenantKind
  /** Until CloudFront has deployed it: minutes for a `dedicated` tenant; default false. */
  wait?: boolean
}

export type WaitOptions = { wait?: boolean }

/** What shared tenants of a bundle share, held against the bundle. */
export type SharedState = {
  /** Of the multi-tenant distribution. */
  distributionId: string
  /** What is otherwise than the bundle says, in words. */
  differences: string[]
}

/** What is at AWS, held against the row. */
export type TenantState = {
  record: TenantRecord
  /** `missing`: somebody deleted it. */
  found: 'deployed' | 'deploying' | 'missing'
  isEnabled: boolean
  /** What is otherwise than the row and the bundle say, in words. */
  differences: string[]
  /** Whether it has the bundle that is loaded. */
  isCurrent: boolean
  certificate: ManagedCertificate | null
}
