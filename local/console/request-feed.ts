/** The requests that the distribution has finished: the last of them, sums over all, and the pages that follow them. */
import type { ViewerOutgoing } from '../listeners/viewer-response.ts'
import type { FinishedRequest } from '../protocol/messages.ts'
import { PAGE_HEADERS } from './http.ts'
import { type TotalFigures, Totals } from './totals.ts'

/** How many requests are kept. */
const KEPT_REQUESTS = 1_000

/** Bytes that may wait for a reader. */
const UNREAD_BYTES = 4_000_000

export class RequestFeed {
  readonly #requests: FinishedRequest[] = []
  readonly #totals = new Totals()
  readonly #readers = new Set<ViewerOutgoing>()

  /** The last 1,000, oldest first. */
  requests(): FinishedRequest[] {
    return [...this.#requests]
  }

  totals(): TotalFigures {
    return this.#totals.figures()
  }

  /** @param counts whether it goes into the sums @param originalPixels of the picture that was requested; `undefined`: not known */
  add(request: FinishedRequest, counts: boolean, originalPixels: number | undefined): void {
    this.#requests.push(request)
    if (this.#requests.length > KEPT_REQUESTS) this.#requests.shift()
    if (counts) this.#totals.add(request, originalPixels)
    if (this.#readers.size === 0) return
    const line = `data: ${JSON.stringify(request)}\n\n`
    for (const reader of this.#readers) {
      reader.write(line)
      // What a reader does not read is kept in memory, so one that is far behind is cut off.
      if (reader.writableLength > UNREAD_BYTES) reader.destroy()
    }
  }

  /** Sends each request from now on, as server-sent events. */
  stream(response: ViewerOutgoing): void {
    response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(': here\n\n')
    this.#readers.add(response)
    response.once('close', () => this.#readers.delete(response))
  }

  close(): void {
    for (const reader of this.#readers) reader.end()
    this.#readers.clear()
  }
}
