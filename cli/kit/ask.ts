import { createInterface } from 'node:readline/promises'

/** Puts a question to a person, and says whether they agreed. */
export type Ask = (question: string) => Promise<boolean>

/** Null: stdin is no terminal, so there is nobody to ask. */
export const askAtTerminal = (): Ask | null => (process.stdin.isTTY ? (question) => askPerson(question) : null)

/** On stderr, so that stdout holds results alone. Ctrl-C, or the end of the input, is a no. */
export async function askPerson(
  question: string,
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<boolean> {
  const terminal = createInterface({ input, output })
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  const answer = await Promise.race([terminal.question(question).catch(() => ''), closed])
  terminal.close()
  return /^\s*y(?:es)?\s*$/i.test(answer)
}
