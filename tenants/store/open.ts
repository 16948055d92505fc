/** `--store`: which store a URL names. Each is loaded when it is asked for, as its package may not be installed. */
import { unexpectedInput } from '../../base/errors.ts'
import { shownStore } from './failures.ts'
import type { Store } from './store.ts'

const STORE_URLS = 'sqlite:FILE, postgres://USER@HOST/DATABASE or dynamodb://TABLE?region=REGION'

/**
 * Opens a store, and makes its tables where they are not there.
 * @throws InputError for what is no such URL, Failure where it can't be opened or a package is missing
 */
export async function openStore(url: string): Promise<Store> {
  const scheme = /^([a-z]+):/.exec(url)?.[1]
  switch (scheme) {
    case 'sqlite':
      return (await import('./sqlite.ts')).openSqlite(url.slice('sqlite:'.length))
    case 'postgres':
    case 'postgresql':
      return (await import('./postgres.ts')).openPostgres(url)
    case 'dynamodb':
      return (await import('./dynamodb.ts')).openDynamoDb(url)
    default: {
      const found = JSON.stringify(shownStore(url))
      throw unexpectedInput({ at: '--store', code: 'store-url', expected: STORE_URLS, found })
    }
  }
}
