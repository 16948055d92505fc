/** What the two kinds of tenants have in common: how one is found at AWS, made, put right and removed. */
import type { TenantRecord } from '../record.ts'

/** As it is at AWS, at a moment. */
export type Found = {
  /** Of the distribution or distribution tenant. */
  awsId: string
  /** The distribution that serves it. */
  distributionId: string
  domain: string
  etag: string
  isDeployed: boolean
  isEnabled: boolean
}

/** Which bundle a tenant is on, in what its kind needs to put it there. It goes into receipts: it is plain JSON. */
export type Placement = { bundle: string; parts: unknown }

export type ManagedCertificate = {
  /** `pending-validation`, `issued`, `validation-timed-out`, `failed` … : CloudFront API, ManagedCertificateDetails. */
  status: string
  arn: string | null
  /** What proves the domain: a file at `redirectFrom` with what is at `redirectTo`. */
  tokens: { domain: string; redirectFrom: string; redirectTo: string }[]
}

export type Kind<State extends Found = Found> = {
  /** Where tenants of the loaded bundle are placed: makes what they share, where it is missing. */
  placement(shard: number): Promise<Placement>
  /** @returns null: AWS has none */
  find(record: TenantRecord): Promise<State | null>
  /**
   * @returns `exists`: it was made before, by whoever had this generation
   * @throws Failure
   */
  create(record: TenantRecord, placement: Placement): Promise<State | 'exists'>
  /** What is otherwise than wanted, in words. @param placement null: whichever it is on */
  differences(record: TenantRecord, found: State, placement: Placement | null): string[]
  /** Makes it as wanted. @throws Conflict where somebody else changed it meanwhile */
  update(record: TenantRecord, found: State, placement: Placement | null): Promise<State>
  /** The placement that it is on, to go back to; null: it is on none. */
  placementOf(record: TenantRecord): Promise<Placement | null>
  /** Deletes it; it has to be disabled, and that deployed. */
  remove(found: State): Promise<void>
  /** @returns the invalidation's id */
  invalidate(found: Pick<TenantRecord, 'awsId'>, reference: string, paths: readonly string[]): Promise<string>
  isInvalidated(found: Pick<TenantRecord, 'awsId'>, id: string): Promise<boolean>
  /** Null: none was asked for. */
  certificate(record: TenantRecord): Promise<ManagedCertificate | null>
}

/** Whether a tenant is to serve. */
export const isToServe = ({ status }: TenantRecord): boolean => ['creating', 'deploying', 'deployed'].includes(status)
