/** The buckets' clock: that of this machine, moved on by as much as the host says. */

/** Milliseconds. */
let offset = 0

export const now = (): number => Date.now() + offset

export function setOffset(milliseconds: number): void {
  offset = milliseconds
}
