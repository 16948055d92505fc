/** What all verbs of `rimlight keys` take. */
import { distributionId } from '../attach/session.ts'
import { type StoreChoice, storeChoice } from './store.ts'

export const STORE_OPTIONS = {
  distribution: { type: 'string', value: 'ID', about: 'the distribution whose function reads the store' },
  store: { type: 'string', value: 'NAME|ARN', about: 'the store itself, in its place' },
} as const

export const storeOf = (
  { store, distribution }: { store: string | undefined; distribution: string | undefined },
  hint: string,
): StoreChoice => storeChoice(store, distribution === undefined ? undefined : distributionId(distribution, hint), hint)

/** Whose help lists what has to be allowed. */
export const COMMAND = 'rimlight keys'

/** Developer Guide, "Working with key value data": changes are eventually consistent, within seconds. */
export const WITHIN_SECONDS = 'within seconds at every edge location'
