/** What benchmarks make of their figures: paired in one run, so that both sides see the same machine. */

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/**
 * Runs all subjects, one after the other, `turns` times, each turn beginning with another of them.
 * @returns by subject, its figures by turn
 */
export async function inTurns<Name extends string, Figures>(
  subjects: Readonly<Record<Name, () => Figures | Promise<Figures>>>,
  turns: number,
): Promise<Record<Name, Figures[]>> {
  const names = Object.keys(subjects) as Name[]
  const found = Object.fromEntries(names.map((name) => [name, [] as Figures[]])) as Record<Name, Figures[]>
  for (let turn = 0; turn < turns; turn += 1) {
    for (let i = 0; i < names.length; i += 1) {
      const name = names[(turn + i) % names.length] as Name
      found[name].push(await subjects[name]())
    }
  }
  return found
}

/** The median of the ratios, turn by turn. */
export const ratioOf = (a: readonly number[], b: readonly number[]): number =>
  median(a.map((value, turn) => value / (b[turn] as number)))
