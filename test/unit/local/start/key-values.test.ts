import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { InputError } from '../../../../base/errors.ts'
import { readKeyValues } from '../../../../local/start/key-values.ts'
import { temporaryFolder } from '../fixture.ts'

const SECRET = '0123456789abcdef0123456789abcdef'

async function read(content: unknown): Promise<Record<string, string>> {
  const file = join(await temporaryFolder(), 'keys.json')
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return readKeyValues(file)
}

describe('a file of keys', () => {
  test.each([
    ['no secret', {}, {}],
    ['secrets by kid', { default: SECRET }, { 'jwt/default': 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY' }],
    ['one whose kid is data', { data: SECRET }, { 'jwt/data': 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY' }],
    [
      'as CloudFront imports it',
      {
        data: [
          { key: 'jwt/a', value: 'c2VjcmV0' },
          { key: 'other', value: '' },
        ],
      },
      { 'jwt/a': 'c2VjcmV0', other: '' },
    ],
    ['as CloudFront imports it, without a pair', { data: [] }, {}],
  ])('%s', async (_, content, expected) => {
    expect(await read(content)).toEqual(expected)
  })

  test.each<[string, unknown, string]>([
    ['no JSON', `{ "a": "${SECRET}"`, 'found something else'],
    ['a list', [SECRET], 'found something else'],
    [
      'a kid that no token can have',
      { 'a/b': SECRET },
      'expected kids of 1 to 64 letters, digits, or . _ ~ -, found "a/b"',
    ],
    ['a secret that is no text', { a: [SECRET] }, 'expected a text under "a", found something else'],
    ['a short secret', { a: SECRET.slice(1) }, 'expected a secret of at least 32 bytes under "a", found 31 bytes'],
    [
      'pairs that are none',
      { data: [{ key: 'a', value: SECRET }, SECRET] },
      'found another "data", or another pair at 1 in it',
    ],
    ['other data', { data: { a: SECRET } }, 'found another "data", or another pair at 0 in it'],
  ])('%s: what is wrong, and no word of a secret', async (_, content, message) => {
    const error = await read(content).catch((error) => error)
    expect(error).toBeInstanceOf(InputError)
    expect(error.code).toBe('not-keys')
    expect(error.message).toContain(message)
    expect(error.message).not.toContain(SECRET.slice(1))
  })

  it('that is not there', async () => {
    const file = join(await temporaryFolder(), 'none.json')
    await expect(readKeyValues(file)).rejects.toMatchObject({
      code: 'keys-unreadable',
      message: expect.stringContaining(`--keys: expected a file that can be read, found ${file}: `),
    })
  })
})
