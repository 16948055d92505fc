import { realpath, stat } from 'node:fs/promises'
import { InputError, systemMessage } from '../../base/errors.ts'
import { replaceFile } from '../../base/replace-file.ts'
import { type EventFile, isEntry } from './events.ts'

/**
 * Writes results into an event file as expectations. `values`: by position in the file; positions without one stay
 * as they are. A bare event becomes `{ event, expect }`. The file is replaced whole or not at all.
 * @returns whether anything changed
 * @throws InputError if the file can't be written
 */
export async function recordExpectations(file: EventFile, values: Map<number, unknown>): Promise<boolean> {
  const record = (element: unknown, index: number) => {
    if (!values.has(index)) return element
    return { ...(isEntry(element) ? element : { event: element }), expect: values.get(index) }
  }
  const { document } = file
  const recorded = Array.isArray(document) ? document.map(record) : record(document, 0)
  if (JSON.stringify(recorded) === JSON.stringify(document)) return false
  try {
    const path = await realpath(file.path)
    const { mode } = await stat(path)
    await replaceFile(path, `${JSON.stringify(recorded, null, 2)}\n`, { mode })
  } catch (cause) {
    throw new InputError(
      `${file.path}: can't be written (${systemMessage(cause)}) and is as it was; ` +
        'check the permissions of the file and its folder, then run --update again',
      { code: 'file-unwritable', found: file.path, cause },
    )
  }
  return true
}
