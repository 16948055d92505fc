/** What an origin is asked, and what it answers. */
import type { Readable } from 'node:stream'
import type { HeaderLine } from '../../protocol/messages.ts'
import type { OriginTimeouts } from '../../protocol/settings.ts'

export type OriginRequest = {
  /** `http:` or `https:`; what follows the authority is sent as it is. */
  url: string
  method: string
  /** Sent as they are, `host` included. `connection` and how long the body is are added where they are absent. */
  headers: readonly HeaderLine[]
  body?: Readable | Buffer | null
  timeouts: OriginTimeouts
  /** Gives the request up, the body of its response included. */
  signal?: AbortSignal
}

export type OriginResponse = {
  kind: 'response'
  status: number
  headers: HeaderLine[]
  /** To be read or destroyed. It ends with an error when the origin stops or breaks off. */
  body: Readable
}
