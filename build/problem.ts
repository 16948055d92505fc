/** One thing wrong with a config: where in the file, what was expected, what was found. */
export type Problem = { path: string; expected: string; found: string }

/** Whether the part of the config at a path passed the schema, with all inside it. What did not pass is checked no further. */
export type IsSound = (path: string) => boolean

export const problem = (path: string, expected: string, found: unknown): Problem => ({
  path,
  expected,
  found: shownValue(found),
})

/** A value as an error shows it: on one line, and short. */
export function shownValue(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = textOf(value)
  // What somebody put in the wrong place must not go on into a log.
  if (/PRIVATE KEY/.test(text)) return 'a private key'
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

/** A value as JSON; NaN by its name, and what JSON has no form for (a function, a BigInt, a circular object) in a word. */
function textOf(value: unknown): string {
  if (typeof value === 'number') return `${value}`
  try {
    return JSON.stringify(value) ?? `a ${typeof value}`
  } catch {
    return `a ${typeof value} that JSON can't hold`
  }
}
