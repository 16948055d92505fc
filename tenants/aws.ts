/** AWS, as tenants use it: politely, as every call of an account's API counts against rates that all its users share. */
import { type DistributionSummary, ListDistributionsCommand } from '@aws-sdk/client-cloudfront'
import { Failure } from '../base/errors.ts'
import type { Clients, Dependencies } from '../deploy/attach/aws-clients.ts'
import type { Calls } from '../deploy/attach/calls.ts'
import { callsOf } from '../deploy/aws/calls.ts'
import { Conflict } from '../deploy/aws/faults.ts'

export { type Dependencies, realDependencies } from '../deploy/attach/aws-clients.ts'
export type { Calls } from '../deploy/attach/calls.ts'
export { Conflict } from '../deploy/aws/faults.ts'

/**
 * Calls a second of one process. AWS documents no rates for these calls and answers `Throttling` to what is too much:
 * that is waited out by each call; this keeps a run over many tenants from getting there.
 */
const READS_PER_SECOND = 20
const WRITES_PER_SECOND = 5

const isRead = (action: string): boolean => /:(?:Get|List|Describe)/.test(action)

/** Gives so many turns a second, in the order that they are asked for. */
export function pacer(
  perSecond: number,
  { now }: Pick<Dependencies, 'now'>,
  sleep: (milliseconds: number) => Promise<void>,
) {
  let next = 0
  /** @param turns that are taken at once: the next one comes so much later */
  return async (turns = 1): Promise<void> => {
    const time = now().getTime()
    const at = Math.max(time, next)
    next = at + (turns * 1_000) / perSecond
    if (at > time) await sleep(at - time)
  }
}

export function politeCalls(dependencies: Dependencies, signal: AbortSignal): Calls {
  const calls = callsOf(dependencies, signal, 'rimlight tenants create')
  const read = pacer(READS_PER_SECOND, dependencies, calls.sleep)
  const write = pacer(WRITES_PER_SECOND, dependencies, calls.sleep)
  const paced =
    <Result>(next: (action: string, send: (clients: Clients) => Promise<never>) => Promise<Result>) =>
    async (action: string, send: (clients: Clients) => Promise<unknown>): Promise<Result> => {
      await (isRead(action) ? read() : write())
      return next(action, send as (clients: Clients) => Promise<never>)
    }
  return { call: paced(calls.call) as Calls['call'], find: paced(calls.find) as Calls['find'], sleep: calls.sleep }
}

/** Something would have to be made or changed at AWS. */
export class WouldChange extends Failure {
  override name = 'WouldChange'
}

/** Calls of somebody who only looks. @throws WouldChange in the place of calls that change anything */
export function readOnlyCalls({ call, find, sleep }: Calls): Calls {
  const guarded =
    <Arguments extends [string, ...unknown[]], Result>(next: (...given: Arguments) => Promise<Result>) =>
    async (...given: Arguments): Promise<Result> => {
      if (isRead(given[0])) return next(...given)
      throw new WouldChange(`${given[0]} would be called`, { code: 'would-change', found: given[0] })
    }
  return { call: guarded(call as never), find: guarded(find as never), sleep } as Calls
}

/** Times that what somebody else changed meanwhile is read and tried anew. */
const ATTEMPTS = 6

/** @param attempt reads, and does what is missing: a Conflict says that somebody else was at it */
export async function retriedOnConflict<T>(calls: Calls, attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof Conflict) || attempts === ATTEMPTS) throw error
      await calls.sleep(attempts * 500)
    }
  }
}

/** The name that AWS gave an error that became one of ours: `TooManyDistributions`. */
export const awsName = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? error.cause.name : ''

/** All standard distributions of the account, also those that are not Rimlight's. */
export const standardDistributions = ({ call }: Calls): Promise<DistributionSummary[]> =>
  allPages(async (Marker) => {
    const { DistributionList: list } = await call('cloudfront:ListDistributions', ({ cloudfront }) =>
      cloudfront.send(new ListDistributionsCommand(Marker ? { Marker } : {})),
    )
    return { items: list?.Items, next: list?.NextMarker }
  })

/** All items of a list that comes in pages. */
export async function allPages<T>(
  page: (marker: string | undefined) => Promise<{ items: T[] | undefined; next: string | undefined }>,
): Promise<T[]> {
  const found: T[] = []
  let marker: string | undefined
  do {
    const { items, next } = await page(marker)
    found.push(...(items ?? []))
    marker = next || undefined
  } while (marker !== undefined)
  return found
}
