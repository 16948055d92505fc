import type { HeaderLine } from '../protocol/messages.ts'

type Take = (status: number, headers: readonly HeaderLine[]) => void

/**
 * Interim responses of origins (1xx), on their way to the viewer past workerd, which passes none on: RFC 9110, 15.2. By the id
 * of the viewer's request.
 */
export class InterimResponses {
  readonly #viewers = new Map<string, Take>()

  /** @returns ends it */
  listen(requestId: string, take: Take): () => void {
    this.#viewers.set(requestId, take)
    return () => void this.#viewers.delete(requestId)
  }

  send(requestId: string, status: number, headers: readonly HeaderLine[]): void {
    this.#viewers.get(requestId)?.(status, headers)
  }
}
