/** The distribution's clock, which tests move on. */
export class Clock {
  #offset = 0

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#offset
  }

  get isMoved(): boolean {
    return this.#offset !== 0
  }

  advance(milliseconds: number): void {
    this.#offset += milliseconds
  }
}
