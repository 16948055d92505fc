/** Which slots of a cache hold parts of an object: Developer Guide, "How CloudFront processes partial requests for an object". */

/** How many objects are remembered: those that were used last. */
const OBJECTS = 1_000

/** Parts of one object; the oldest go. */
const PARTS = 100

export class PartIndex {
  readonly #slots = new Map<string, Set<string>>()

  /** @param whole the slot of the object, @param part that of the part */
  add(whole: string, part: string): void {
    const slots = this.#slots.get(whole) ?? new Set()
    this.#slots.delete(whole)
    this.#slots.set(whole, slots.add(part))
    if (slots.size > PARTS) slots.delete(slots.values().next().value as string)
    if (this.#slots.size > OBJECTS) this.#slots.delete(this.#slots.keys().next().value as string)
  }

  /** Some of them may have left the cache. The latest comes first. */
  slotsOf(whole: string): string[] {
    return [...(this.#slots.get(whole) ?? [])].reverse()
  }
}
