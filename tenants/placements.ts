/** The distributions that tenants of the loaded bundle go to: made or looked up once for all tenants that share them. */
import { type Calls, WouldChange } from './aws.ts'
import { dedicatedKind } from './kinds/dedicated.ts'
import type { Kind, Placement } from './kinds/kind.ts'
import { sharedKind } from './kinds/shared.ts'
import type { TenantKind } from './record.ts'
import type { TenantSite } from './site.ts'

type Kinds = Record<TenantKind, Kind>

export const kindsOf = (calls: Calls, site: TenantSite, progress: (text: string) => void): Kinds => ({
  dedicated: dedicatedKind(calls, site, progress) as unknown as Kind,
  shared: sharedKind(calls, site, progress) as unknown as Kind,
})

export class Placements {
  readonly #kinds: Kinds
  readonly #readers: Kinds
  /** By kind and shard. */
  readonly #made = new Map<string, Promise<Placement>>()
  readonly #found = new Map<string, Promise<Placement | WouldChange>>()

  /** @param readers whose calls change nothing */
  constructor(kinds: Kinds, readers: Kinds) {
    this.#kinds = kinds
    this.#readers = readers
  }

  /** Makes what is missing of what tenants share. */
  made(kind: TenantKind, shard: number): Promise<Placement> {
    return remembered(this.#made, `${kind} ${shard}`, () => this.#kinds[kind].placement(shard))
  }

  /** @returns WouldChange where something that they share is not there, or not as the bundle has it */
  found(kind: TenantKind, shard: number): Promise<Placement | WouldChange> {
    return remembered(this.#found, `${kind} ${shard}`, () =>
      this.#readers[kind].placement(shard).catch((error) => {
        if (error instanceof WouldChange) return error
        throw error
      }),
    )
  }
}

/** Asks once for each key, and gives all who want it the same answer. A failure is forgotten, so the next one asks again. */
function remembered<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const before = known.get(key)
  if (before) return before
  const asked = ask()
  known.set(key, asked)
  asked.catch(() => known.delete(key))
  return asked
}
