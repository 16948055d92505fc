/** More are not on their way at a time. */
const MOST = 1_000

/**
 * Requests, by id, a body of which has broken off in Node. workerd ends what it passes on and what breaks off as if it were
 * whole; whoever takes the body on its other side asks here.
 */
export class BrokenOff {
  readonly #ids = new Set<string>()

  add(id: string): void {
    this.#ids.add(id)
    if (this.#ids.size > MOST) this.#ids.delete(this.#ids.values().next().value as string)
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }
}
