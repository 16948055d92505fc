/** The file of a receipt, whichever command's it is: without it nothing at AWS is changed. */
import { readFile } from 'node:fs/promises'
import { notWritable, systemMessage, unexpectedInput } from '../../base/errors.ts'
import { parseJson } from '../../base/json.ts'
import { replaceFile } from '../../base/replace-file.ts'

/** @returns its JSON; null where there is no such file @throws InputError if it can't be read, or is no JSON */
export async function readReceiptFile(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    if (cause.code === 'ENOENT') return null
    const found = systemMessage(cause)
    throw unexpectedInput({ at: '--receipt', code: 'not-readable', expected: 'a file that can be read', found, cause })
  })
  return text === null ? null : parseJson(text, file)
}

/** All of it or nothing, and on the disk before this returns. @throws InputError, or Failure if the disk is full */
export async function writeReceiptFile(file: string, text: string): Promise<void> {
  try {
    await replaceFile(file, text, { flush: true })
  } catch (cause) {
    throw receiptNotWritable(cause)
  }
}

export const receiptNotWritable = (cause: unknown): Error =>
  notWritable(`--receipt: it can't be written, and without it nothing is changed: ${systemMessage(cause)}`, cause)
