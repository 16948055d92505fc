import type { Store } from '../../tenants/store/store.ts'
import type { MemoryAws } from '../aws/memory-aws.ts'

/** A store whose calls count among AWS's, so that the process can end at each of them. */
export const mortal = (store: Store, aws: MemoryAws): Store => ({
  get: (tenant) => aws.elsewhere('store:get', () => store.get(tenant)),
  insert: (record) => aws.elsewhere('store:insert', () => store.insert(record)),
  replace: (record, revision) => aws.elsewhere('store:replace', () => store.replace(record, revision)),
  list: (after, limit) => aws.elsewhere('store:list', () => store.list(after, limit)),
  close: () => Promise.resolve(),
})
