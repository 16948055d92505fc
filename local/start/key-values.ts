/** The file of `--keys`: what stands in for the KeyValueStore of the function. */
import { readFile } from 'node:fs/promises'
import { InputError, systemMessage, unexpectedInput } from '../../base/errors.ts'
import { isObject } from '../../base/json-values.ts'
import { TOKEN_KEYS } from '../../edge/token.ts'
import { parseVersion } from '../../edge/version.ts'

const EXPECTED =
  'JSON of the form { "KID": "SECRET", … }, or { "data": [{ "key": …, "value": … }, … ] } as CloudFront imports it'

/** RFC 7518, 3.2: as many bytes as the hash has. The function takes no shorter one. */
const MIN_SECRET_BYTES = 32

/**
 * The content of a store. A secret by its `kid` goes in as `rimlight keys add` puts it there; pairs of CloudFront's own format
 * (Developer Guide, "File format for key-value pairs") go in as they are.
 * @throws InputError (`keys-unreadable`, `not-keys`), whose message says nothing of a value
 */
export async function readKeyValues(file: string): Promise<Record<string, string>> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new InputError(`--keys: expected a file that can be read, found ${file}: ${systemMessage(cause)}`, {
      ...{ code: 'keys-unreadable', expected: 'a file that can be read', found: file },
      cause,
    })
  })
  const content = parsed(text)
  if (!isObject(content)) throw notKeys(file, EXPECTED, 'something else')
  return 'data' in content && typeof content.data !== 'string' ? imported(file, content.data) : bySecret(file, content)
}

function imported(file: string, data: unknown): Record<string, string> {
  const pairs = Array.isArray(data) ? data : [undefined]
  const entries = pairs.map((pair, index): [string, string] => {
    if (isObject(pair) && typeof pair.key === 'string' && typeof pair.value === 'string') return [pair.key, pair.value]
    throw notKeys(file, EXPECTED, `another "data", or another pair at ${index} in it`)
  })
  return Object.fromEntries(entries)
}

function bySecret(file: string, secrets: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(secrets).map(([kid, secret]) => {
    const at = JSON.stringify(kid)
    if (parseVersion(kid) === '') throw notKeys(file, 'kids of 1 to 64 letters, digits, or . _ ~ -', at)
    if (typeof secret !== 'string') throw notKeys(file, `a text under ${at}`, 'something else')
    const bytes = Buffer.from(secret)
    if (bytes.length < MIN_SECRET_BYTES) {
      throw notKeys(file, `a secret of at least ${MIN_SECRET_BYTES} bytes under ${at}`, `${bytes.length} bytes`)
    }
    return [TOKEN_KEYS + kid, bytes.toString('base64url')]
  })
  return Object.fromEntries(entries)
}

const notKeys = (file: string, expected: string, found: string): InputError =>
  unexpectedInput({ at: `--keys ${file}`, code: 'not-keys', expected, found })

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
