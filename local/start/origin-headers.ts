/** The file of `--origin-headers`: values of headers that CloudFront adds to requests, which no bundle has. */
import { readFile } from 'node:fs/promises'
import { InputError, systemMessage } from '../../base/errors.ts'
import { isObject } from '../../base/json-values.ts'

const EXPECTED = 'JSON of the form { "ORIGIN": { "NAME": "VALUE", … }, … }'

/** @throws InputError (`origin-headers-unreadable`, `not-origin-headers`), whose message says nothing of a value */
export async function readOriginHeaders(file: string): Promise<Record<string, Record<string, string>>> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new InputError(`--origin-headers: expected a file that can be read, found ${file}: ${systemMessage(cause)}`, {
      ...{ code: 'origin-headers-unreadable', expected: 'a file that can be read', found: file },
      cause,
    })
  })
  const content = parsed(text)
  if (isObject(content) && Object.values(content).every(isTexts))
    return content as Record<string, Record<string, string>>
  throw new InputError(`--origin-headers ${file}: expected ${EXPECTED}, found something else`, {
    ...{ code: 'not-origin-headers', expected: EXPECTED, found: 'something else' },
  })
}

const isTexts = (value: unknown): boolean =>
  isObject(value) && Object.values(value).every((text) => typeof text === 'string')

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
