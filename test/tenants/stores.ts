/** The stores, for tests that hold for all of them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import dynalite from 'dynalite'
import { listening } from '../listener.ts'
import { postgresBinaries, startPostgres } from './postgres.ts'

export type StoreServer = {
  /** What `--store` takes: of a store that nobody has used. */
  url(): Promise<string>
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
        stop: () => rm(folder, { recursive: true, force: true }),
      }
    },
  },
  {
    name: 'PostgreSQL',
    missing: binaries === undefined ? 'PostgreSQL is not installed' : null,
    async start() {
      const { database, stop } = await startPostgres(binaries as string)
      return { url: database, stop }
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
        stop: close,
      }
    },
  },
]

/** DynamoDB signs what it sends, also to a server on this machine. */
export const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
