/** Where tenants are remembered. A store has rows, and one rule: a row changes from a revision that the writer has seen. */
import type { TenantRecord } from '../record.ts'

/** Five methods, of which all throw `Failure` where the store can't be reached or refuses. */
export type Store = {
  get(tenant: string): Promise<TenantRecord | null>
  /** @returns false: there is a row of this tenant, and it stays as it is */
  insert(record: TenantRecord): Promise<boolean>
  /**
   * The row is then the record, of the revision after the one given.
   * @returns false: the row is of another revision, or gone, and stays as it is
   */
  replace(record: TenantRecord, revision: number): Promise<boolean>
  /**
   * A page of all rows, each once where none is changed meanwhile; their order is the store's own.
   * @param after `next` of the page before; null: from the beginning
   */
  list(after: string | null, limit: number): Promise<TenantPage>
  close(): Promise<void>
}

/** `next` is null on the last page. */
export type TenantPage = { records: TenantRecord[]; next: string | null }

/** All rows, page by page. */
export async function* allRecords(store: Store, limit = 100): AsyncGenerator<TenantRecord> {
  let next: string | null = null
  do {
    const page: TenantPage = await store.list(next, limit)
    yield* page.records
    next = page.next
  } while (next !== null)
}
