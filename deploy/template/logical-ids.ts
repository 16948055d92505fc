/** Logical ids, which are letters and digits alone, after names that are not; each once. */
export function logicalIds(names: readonly string[]): string[] {
  const used = new Set<string>()
  return names.map((name) => {
    const base = name
      .split(/[^A-Za-z0-9]+/)
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join('')
    const candidates = [base, ...names.map((_, index) => `${base}${index + 2}`)]
    const id = candidates.find((candidate) => !used.has(candidate.toLowerCase())) as string
    used.add(id.toLowerCase())
    return id
  })
}
