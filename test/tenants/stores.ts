/** The stores, for tests that hold for all of them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type AttributeValue, DeleteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import { TABLE } from '../../tenants/store/columns.ts'
import { listening } from '../listener.ts'
import { postgresBinaries, startPostgres } from './postgres.ts'

export type StoreServer = {
  /** What `--store` takes: of a store that nobody has used. */
  url(): Promise<string>
  /** Takes all rows out of a store. */
  empty(url: string): Promise<void>
  stop(): Promise<void>
}

export type StoreKind = {
  name: string
  /** Why it can't be tested here. */
  missing: string | null
  start(): Promise<StoreServer>
}

const binaries = postgresBinaries()

export const STORES: readonly StoreKind[] = [
  {
    name: 'SQLite',
    missing: null,
    async start() {
      const folder = await mkdtemp(join(tmpdir(), 'rimlight-sqlite-'))
      let files = 0
      return {
        async url() {
          files += 1
          return `sqlite:${join(folder, `tenants${files}.db`)}`
        },
        async empty(url) {
          const database = new DatabaseSync(url.slice('sqlite:'.length))
          database.exec(`DELETE FROM ${TABLE}`)
          database.close()
        },
        stop: () => rm(folder, { recursive: true, force: true }),
      }
    },
  },
  {
    name: 'PostgreSQL',
    missing: binaries === undefined ? 'PostgreSQL is not installed' : null,
    async start() {
      const { database, query, stop } = await startPostgres(binaries as string)
      return { url: database, empty: (url) => query(url, `DELETE FROM ${TABLE}`), stop }
    },
  },
  {
    name: 'DynamoDB',
    missing: null,
    async start() {
      const { url, close } = await listening(dynalite({ createTableMs: 20 }))
      let tables = 0
      return {
        async url() {
          tables += 1
          return `dynamodb://tenants${tables}?region=eu-west-1&endpoint=${encodeURIComponent(url)}`
        },
        async empty(table) {
          const client = new DynamoDBClient({ region: 'eu-west-1', endpoint: url })
          const TableName = new URL(table).hostname
          const { Items = [] } = await client.send(new ScanCommand({ TableName }))
          for (const { tenant } of Items) {
            await client.send(new DeleteItemCommand({ TableName, Key: { tenant: tenant as AttributeValue } }))
          }
          client.destroy()
        },
        stop: close,
      }
    },
  },
]

/** DynamoDB signs what it sends, also to a server on this machine. */
export const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
