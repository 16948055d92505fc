import { createInterface } from 'node:readline/promises'

/** Puts a question to a person, and says whether they agreed. */
export type Ask = (question: string) => Promise<boolean>

/** Puts a question to a person, and gives what they typed; null: Ctrl-C, or the end of the input. */
export type AskText = (question: string) => Promise<string | null>

/** Null: stdin is no terminal, so there is nobody to ask. */
export const askAtTerminal = (): Ask | null => (process.stdin.isTTY ? (question) => askPerson(question) : null)

/** The same for questions whose answer is more than yes or no. */
export const askTextAtTerminal = (): AskText | null =>
  process.stdin.isTTY ? (question) => askPersonForText(question) : null

/** Ctrl-C, or the end of the input, is a no. */
export async function askPerson(
  question: string,
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<boolean> {
  return /^\s*y(?:es)?\s*$/i.test((await askPersonForText(question, input, output)) ?? '')
}

/** On stderr, so that stdout holds results alone. */
export async function askPersonForText(
  question: string,
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<string | null> {
  const terminal = createInterface({ input, output })
  const closed = new Promise<null>((resolve) => terminal.once('close', () => resolve(null)))
  const answer = await Promise.race([terminal.question(question).catch(() => null), closed])
  terminal.close()
  return answer
}
