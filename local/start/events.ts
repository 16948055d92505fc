import type { RunningSite } from '../console/site.ts'
import type { FinishedRequest } from '../protocol/messages.ts'
import type { Example } from './examples.ts'

/** What `rimlight start` reports: as text for people, or a line of JSON each for programs. What ends it before its time is no event: see `reportError` in cli/kit/command.ts. */
export type StartEvent =
  | { event: 'building'; config: string; out: string }
  | { event: 'starting' }
  | ReadyEvent
  | { event: 'request'; request: FinishedRequest }
  /** A source or the config has changed. */
  | { event: 'changed'; files: string[] }
  /** `isChanged`: the build made another bundle, which runs now; else the bundle is the same as before. */
  | { event: 'reloaded'; isChanged: boolean; milliseconds: number }
  /** The former bundle goes on running. */
  | { event: 'not-reloaded'; message: string }
  | { event: 'warning'; message: string }
  | { event: 'stopping' }
  | { event: 'stopped' }

export type ReadyEvent = {
  event: 'ready'
  /** What `GET /__rimlight/site` answers. */
  site: RunningSite
  /** Names of origins that are called at their real addresses. */
  realOrigins: string[]
  /** URL of the page. */
  page: string
  /** File of the certificate, where it is kept. */
  certificate: string | null
  /** The embedded buckets over S3's HTTP API. */
  s3: { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string }
  examples: Example[]
}

export type Say = (event: StartEvent) => void
