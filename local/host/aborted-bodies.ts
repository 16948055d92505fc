/** More requests are not under way at a time. */
const MAX_IDS = 1_000

/**
 * Ids of requests whose body, or whose response's body, has broken off in Node. workerd can't be told: it ends a body that
 * breaks off as if it were complete. Whoever reads the body on the other side of workerd asks here.
 */
export class AbortedBodies {
  readonly #ids = new Set<string>()

  add(requestId: string): void {
    this.#ids.add(requestId)
    if (this.#ids.size > MAX_IDS) this.#ids.delete(this.#ids.values().next().value as string)
  }

  has(requestId: string): boolean {
    return this.#ids.has(requestId)
  }
}
