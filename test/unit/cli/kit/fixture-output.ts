import type { Output } from '../../../../cli/kit/output.ts'

/** Remembers what is written. */
export function output(isTTY = false): Output & { said(): string } {
  const parts: string[] = []
  return { isTTY, write: (text) => parts.push(text), said: () => parts.join('') }
}
