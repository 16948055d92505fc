/** The distribution's clock, which tests move on. */
export class Clock {
  #offset = 0

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#offset
  }

  /** Milliseconds by which it is ahead of this machine's. */
  get offset(): number {
    return this.#offset
  }

  advance(milliseconds: number): void {
    this.#offset += milliseconds
  }
}
