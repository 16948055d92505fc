import { createInterface } from 'node:readline/promises'

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
