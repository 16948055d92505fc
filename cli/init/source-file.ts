/** The text of a file that an option names. */
import { readFile } from 'node:fs/promises'
import { systemMessage, unexpectedInput } from '../../base/errors.ts'

/** The byte order marks that a text in UTF-16 begins with. PowerShell 5 writes a command's output in UTF-16. */
const MARKS = [
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
] as const

/**
 * @param option that names the file
 * @throws InputError where there is none, or no text
 */
export async function sourceText(file: string, option: string): Promise<string> {
  const bytes = await readFile(file).catch((cause) => {
    throw unexpectedInput({
      at: option,
      code: 'file-unreadable',
      expected: 'a file',
      found: `none at ${file} (${systemMessage(cause)})`,
      cause,
    })
  })
  const [, encoding] = MARKS.find(([mark]) => mark.every((byte, i) => bytes[i] === byte)) ?? [[], 'utf-8']
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    const expected = 'text in UTF-8, or in UTF-16 with its byte order mark'
    throw unexpectedInput({ at: file, code: 'not-text', expected, found: 'other bytes', cause })
  }
}
