/**
 * The viewers that a body goes to while it comes in. workerd does not see a viewer leave before there is something to send: the
 * listener does, and says so.
 */

/** Ids of viewers that have left before there was a body for them: so many are remembered. */
const MOST = 1_000

export class Viewers {
  readonly #leave = new Map<string, () => void>()
  readonly #gone = new Set<string>()

  /** @param leave called once, if the viewer leaves before it is removed; @returns removes it */
  add(requestId: string, leave: () => void): () => void {
    if (this.#gone.delete(requestId)) leave()
    else this.#leave.set(requestId, leave)
    return () => void this.#leave.delete(requestId)
  }

  hasLeft(requestId: string): void {
    const leave = this.#leave.get(requestId)
    this.#leave.delete(requestId)
    if (leave) {
      leave()
      return
    }
    this.#gone.add(requestId)
    if (this.#gone.size > MOST) this.#gone.delete(this.#gone.values().next().value as string)
  }
}
