/** Of the package, which brings no types: a server that speaks DynamoDB's protocol. */
declare module 'dynalite' {
  import type { Server } from 'node:http'
  /** `createTableMs`: milliseconds that a table takes to become active. Without a path it keeps all in memory. */
  export default function dynalite(options?: { createTableMs?: number }): Server
}
