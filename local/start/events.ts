import type { RunningSite } from '../console/site.ts'
import type { FinishedRequest } from '../protocol/messages.ts'
import type { Example } from './examples.ts'

/** What `rimlight start` has to say, for people and, a line of JSON each, for programs. */
export type StartEvent =
  | { event: 'building'; config: string; out: string }
  | { event: 'starting' }
  | ReadyEvent
  | { event: 'request'; request: FinishedRequest }
  /** A source or the config is another than before. */
  | { event: 'changed'; files: string[] }
  /** `isChanged`: the build made another bundle, and that is what runs now. */
  | { event: 'reloaded'; isChanged: boolean; milliseconds: number }
  /** What ran before runs on. */
  | { event: 'not-reloaded'; message: string }
  | { event: 'warning'; message: string }
  /** It ends with this, which stands on stderr as well. */
  | { event: 'failed'; message: string }
  | { event: 'stopping' }
  | { event: 'stopped' }

export type ReadyEvent = {
  event: 'ready'
  /** What `GET /__rimlight/site` answers. */
  site: RunningSite
  /** Names of origins that nothing stands in for. */
  realOrigins: string[]
  /** Of the page. */
  page: string
  /** File of the certificate, where it is kept. */
  certificate: string | null
  /** The embedded buckets over S3's HTTP API. */
  s3: { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string }
  examples: Example[]
}

export type Say = (event: StartEvent) => void
