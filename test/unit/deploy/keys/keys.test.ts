import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { describe, expect, it } from 'vitest'
import { ID } from '../../../aws/fixture.ts'
import { STORE_ARN } from '../../../aws/key-value-store.ts'
import { ACCOUNT } from '../../../aws/memory-aws.ts'
import { temporaryFolder } from '../../local/fixture.ts'
import { useKeys } from './scene.ts'

const scene = useKeys()
const STORE = ['--store', 'tokens']

const SECRET = 'correct horse battery staple, and some more'
const VALUE = Buffer.from(SECRET).toString('base64url')

/** A file with these contents. */
async function fileOf(content: string | Buffer): Promise<string> {
  const file = join(await temporaryFolder(), 'secret')
  await writeFile(file, content)
  return file
}

const never = (text: string) => {
  expect(text).not.toContain(SECRET)
  expect(text).not.toContain(VALUE)
}

describe('keys add', () => {
  it('adds a secret of a file, without the end of its line, and says nothing of it', async () => {
    const file = await fileOf(`${SECRET}\r\n`)
    const { code, stdout, stderr } = await scene.keys('add', '2026-12', '--file', file, ...STORE)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(
      `Added 2026-12, of 43 bytes: tokens signed with it are good within seconds at every edge location\nin ${STORE_ARN}\n`,
    )
    expect([...scene.store.values]).toEqual([['jwt/2026-12', VALUE]])
  })

  it.each([
    ['text', SECRET],
    ['base64', Buffer.from(SECRET).toString('base64')],
    ['base64', `${VALUE.slice(0, 20)}\n${VALUE.slice(20)}\n`],
    ['hex', Buffer.from(SECRET).toString('hex').toUpperCase()],
  ])('from stdin, in %s', async (encoding, text) => {
    scene.stdin = text
    const { stdout } = await scene.keys('add', 'default', '--file', '-', '--encoding', encoding, ...STORE, '--json')
    expect(JSON.parse(stdout)).toEqual({ store: STORE_ARN, kid: 'default', change: 'added', bytes: 43, file: null })
    expect(scene.store.values.get('jwt/default')).toBe(VALUE)
  })

  it('the same again changes nothing', async () => {
    const file = await fileOf(SECRET)
    await scene.keys('add', 'a', '--file', file, ...STORE)
    scene.store.calls.length = 0
    expect((await scene.keys('add', 'a', '--file', file, ...STORE)).stdout).toMatch(
      /^Nothing to change: a has this secret already\n/,
    )
    expect(scene.store.calls).toEqual(['DescribeKeyValueStore', 'GetKey'])
  })

  it('another secret of that kid is refused, or takes its place', async () => {
    await scene.keys('add', 'a', '--file', await fileOf(SECRET), ...STORE)
    const other = await fileOf(SECRET.toUpperCase())
    const refused = await scene.keys('add', 'a', '--file', other, ...STORE)
    expect(refused).toEqual({
      code: 1,
      stdout: '',
      stderr:
        "expected no key a in the store, found one with another secret; add this one under a kid of its own, so that both are good, or take the other's place with --replace, and tokens in use are refused\n",
    })
    expect(scene.store.values.get('jwt/a')).toBe(VALUE)
    expect((await scene.keys('add', 'a', '--file', other, '--replace', ...STORE)).stdout).toMatch(
      /^Replaced a, now of 43/,
    )
    expect(scene.store.values.get('jwt/a')).toBe(Buffer.from(SECRET.toUpperCase()).toString('base64url'))
  })

  it('makes a secret, for the eyes of its owner alone; the file says the same again', async () => {
    const file = join(await temporaryFolder(), 'new.secret')
    const { code, stdout } = await scene.keys('add', 'a', '--generate', '--out', file, ...STORE)
    const text = (await readFile(file, 'utf8')).trimEnd()
    expect({ code, mode: (await stat(file)).mode & 0o777 }).toEqual({ code: 0, mode: 0o600 })
    expect(text).toMatch(/^[\w-]{43}$/)
    expect(stdout).not.toContain(text)
    expect(stdout).toContain(`The secret is in ${file}: whoever signs tokens needs it, and nobody else\n`)
    expect(scene.store.values.get('jwt/a')).toBe(Buffer.from(text).toString('base64url'))
    expect((await scene.keys('add', 'a', '--file', file, ...STORE)).stdout).toMatch(/^Nothing to change/)
  })

  it('prints what it made where that is asked for', async () => {
    const { stdout } = await scene.keys('add', 'a', '--generate', '--print', ...STORE)
    const [, , secret] = stdout.split('\n')
    expect(scene.store.values.get('jwt/a')).toBe(Buffer.from(String(secret)).toString('base64url'))
    const json = JSON.parse((await scene.keys('add', 'b', '--generate', '--print', '--json', ...STORE)).stdout)
    expect(scene.store.values.get('jwt/b')).toBe(Buffer.from(json.secret).toString('base64url'))
  })

  it('never writes over a file', async () => {
    const file = await fileOf('in use')
    const { code, stderr } = await scene.keys('add', 'a', '--generate', '--out', file, ...STORE)
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `--out: expected no file at ${file}, found one, which may hold a secret that is in use; name another, or add that secret with --file ${file}\n`,
    })
    expect(await readFile(file, 'utf8')).toBe('in use')
    expect(scene.store.values.size).toBe(0)
  })

  it.each([
    [
      '31 bytes',
      'x'.repeat(31),
      /^\S+: expected a secret of at least 32 bytes \(RFC 7518, 3\.2\), found 31; --generate makes one\n$/,
    ],
    ['nothing', '', /: expected a secret of at least 32 bytes .*, found 0; /],
    [
      '769 bytes',
      'x'.repeat(769),
      /: expected a secret of at most 768 bytes, found 769; a value in the store has at most 1,024 bytes, and holds it in base64\n$/,
    ],
    [
      'a public key',
      `-----BEGIN PUBLIC KEY-----\n${'x'.repeat(200)}`,
      /: expected a secret that the maker of tokens and CloudFront share, found a key in PEM; HS256 has no key pairs, and a public key is no secret: whoever has it could sign\n$/,
    ],
  ])('%s is no secret', async (_, content, message) => {
    const { code, stderr } = await scene.keys('add', 'a', '--file', await fileOf(content), ...STORE)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
    expect(scene.store.calls).toEqual([])
  })

  it.each([32, 768])('%d bytes are one, whatever they are', async (count) => {
    const secret = Buffer.from(Array.from({ length: count }, (_, i) => 255 - (i % 256)))
    await scene.keys('add', 'a', '--file', await fileOf(secret), ...STORE)
    expect(scene.store.values.get('jwt/a')).toBe(secret.toString('base64url'))
  })

  it.each([
    ['base64', 'not in base64 at all, as anybody can see!'],
    ['hex', `${'0g'.repeat(32)}`],
    ['hex', '0'.repeat(65)],
  ])('what is not in %s is refused, not read halfway', async (encoding, content) => {
    const file = await fileOf(content)
    const { code, stderr } = await scene.keys('add', 'a', '--file', file, '--encoding', encoding, ...STORE)
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `--encoding: expected the secret in ${encoding} in ${file}, found something else\n`,
    })
  })

  it('a folder is no file', async () => {
    const folder = await temporaryFolder()
    expect((await scene.keys('add', 'a', '--file', folder, ...STORE)).stderr).toMatch(
      /^--file: \S+ can't be read: EISDIR: /,
    )
  })

  it.each([
    [
      ['add', ...STORE],
      /^expected a kid of 1 to 64 letters, digits, or \. _ ~ -, such as 2026-12, found none; `rimlight keys add --help`/,
    ],
    [['add', 'a b', ...STORE], /^expected a kid .*, found "a b"; /],
    [['add', 'a'.repeat(65), ...STORE], /^expected a kid /],
    [['add', 'a', 'b', ...STORE], /^expected one kid, found 2; /],
    [['add', 'a', '--generate', '--print'], /^expected --store NAME or --distribution ID, found neither; /],
    [['add', 'a', ...STORE, '--distribution', ID], /^expected --store NAME or --distribution ID, found both; /],
    [['add', 'a', '--store', 'a/b'], /^--store: expected the name of a key value store, or its ARN, found "a\/b"\n$/],
    [['add', 'a', ...STORE], /^expected --file or --generate, found neither; /],
    [['add', 'a', ...STORE, '--file', 'x', '--generate'], /^expected --file or --generate, found both; /],
    [
      ['add', 'a', ...STORE, '--file', 'x', '--print'],
      /^expected --out and --print with --generate alone, found them beside --file; /,
    ],
    [['add', 'a', ...STORE, '--generate'], /^expected --out FILE or --print, found neither; /],
    [['add', 'a', ...STORE, '--generate', '--print', '--out', 'x'], /^expected --out FILE or --print, found both; /],
    [
      ['add', 'a', ...STORE, '--file', 'x', '--encoding', 'utf-16'],
      /^expected --encoding text, base64, hex, found "utf-16"; /,
    ],
    [['add', 'a', ...STORE, '--file', '/nowhere/at/all'], /^--file: \/nowhere\/at\/all can't be read: ENOENT: /],
    [['remove', ...STORE], /^expected 1 to 50 kids, found 0; /],
    [['list', 'a', ...STORE], /^expected options alone, found "a"; /],
    [['rotate'], /^expected a verb after `rimlight keys`, found "rotate"; /],
  ])('rimlight keys %j is wrong usage', async (args, message) => {
    const { code, stdout, stderr } = await scene.keys(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(scene.store.calls).toEqual([])
  })
})

describe('the store', () => {
  const distribution = (...functions: string[]) => {
    const behaviour = (name: string | undefined) => ({
      FunctionAssociations: name
        ? {
            Quantity: 1,
            Items: [{ EventType: 'viewer-request', FunctionARN: `arn:aws:cloudfront::${ACCOUNT}:function/${name}` }],
          }
        : { Quantity: 0 },
    })
    const [first, ...others] = functions
    const config = {
      DefaultCacheBehavior: behaviour(first),
      CacheBehaviors: { Quantity: others.length, Items: others.map(behaviour) },
    } as unknown as DistributionConfig
    scene.aws.distributions.set(ID, { config, etag: 'E', polls: 0 })
  }
  const cloudFrontFunction = (name: string, ...stores: string[]) => {
    const Items = stores.map((KeyValueStoreARN) => ({ KeyValueStoreARN }))
    const config = {
      Comment: '',
      Runtime: 'cloudfront-js-2.0' as const,
      KeyValueStoreAssociations: { Quantity: Items.length, Items },
    }
    const stage = { code: new Uint8Array(), config, etag: 'F' }
    scene.aws.functions.set(name, { development: stage, live: stage })
  }
  const list = (...args: string[]) => scene.keys('list', ...args, '--json')

  it("is the one of the distribution's function", async () => {
    distribution('ours', 'ours')
    cloudFrontFunction('ours', STORE_ARN)
    expect(JSON.parse((await list('--distribution', ID)).stdout)).toEqual({ store: STORE_ARN, keys: [], others: 0 })
  })

  it('before attach, it is the one that attach will take', async () => {
    distribution()
    scene.aws.keyValueStores.set(`rimlight-${ID}-keys`, { arn: STORE_ARN, status: 'READY' })
    expect(JSON.parse((await list('--distribution', ID)).stdout).store).toBe(STORE_ARN)
  })

  it('is named by its ARN', async () => {
    expect(JSON.parse((await list('--store', STORE_ARN)).stdout).store).toBe(STORE_ARN)
    expect(scene.aws.calls).toEqual([])
  })

  it.each([
    [
      'nowhere',
      () => distribution(),
      ['--distribution', ID],
      `${ID}: expected a function with a key value store, or a store named rimlight-${ID}-keys, found neither; \`aws cloudfront create-key-value-store --name rimlight-${ID}-keys\` makes one, which \`rimlight attach\` then gives to the function\n`,
    ],
    [
      'one of two',
      () => {
        distribution('one', 'two')
        cloudFrontFunction('one', STORE_ARN)
        cloudFrontFunction('two', `${STORE_ARN}2`)
      },
      ['--distribution', ID],
      `${ID}: expected functions that read one key value store, found 2: ${STORE_ARN}, ${STORE_ARN}2; name one with --store\n`,
    ],
    [
      'of a distribution that is not there',
      () => {},
      ['--distribution', ID],
      `expected a distribution ${ID} in this account, found none; \`aws cloudfront list-distributions\` lists those that are there\n`,
    ],
    [
      'of a name that none has',
      () => {},
      ['--store', 'other'],
      'expected a key value store named other in this account, found none; `aws cloudfront list-key-value-stores` lists those that are there\n',
    ],
  ])('is %s', async (_, given, args, message) => {
    given()
    expect(await scene.keys('list', ...args)).toEqual({ code: 1, stdout: '', stderr: message })
  })

  it('is not there under its ARN', async () => {
    const arn = STORE_ARN.replace('327284aa', '427284aa')
    scene.stdin = SECRET
    expect((await scene.keys('add', 'a', '--file', '-', '--store', arn)).stderr).toBe(
      `expected the key value store ${arn}, found none; \`aws cloudfront list-key-value-stores\` lists those that are there\n`,
    )
  })
})

describe('keys list', () => {
  it('shows kids and sizes, over pages, and no secret', async () => {
    for (const kid of ['2026-11', '2026-12', 'default']) scene.store.put(`jwt/${kid}`, VALUE)
    scene.store.put('jwt/short', 'dG9vIHNob3J0')
    scene.store.put('jwt/plain', SECRET)
    scene.store.put('redirects', '{}')
    scene.store.put('jwt/no kid', VALUE)
    const { code, stdout } = await scene.keys('list', ...STORE)
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: [
        `Keys for tokens in ${STORE_ARN}`,
        '  2026-11  43 bytes',
        '  2026-12  43 bytes',
        '  default  43 bytes',
        '  short    no secret of 32 bytes or more in base64url: tokens that name it are refused',
        '  plain    no secret of 32 bytes or more in base64url: tokens that name it are refused',
        '  and 2 that are not for tokens',
        '',
      ].join('\n'),
    })
    const json = await scene.keys('list', ...STORE, '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({
      others: 2,
      keys: [{ kid: '2026-11', bytes: 43 }, {}, {}, { bytes: null }, {}],
    })
    never(stdout + json.stdout)
    expect(scene.store.calls.filter((name) => name === 'ListKeys')).toHaveLength(8)
  })

  it('an empty store', async () => {
    expect((await scene.keys('list', ...STORE)).stdout).toBe(
      `Keys for tokens in ${STORE_ARN}\n  none: every token is refused\n`,
    )
  })
})

describe('keys remove', () => {
  const fill = (...kids: string[]) => {
    for (const kid of kids) scene.store.put(`jwt/${kid}`, VALUE)
  }

  it('removes what is named, in one change', async () => {
    fill('a', 'b', 'c')
    const { stdout } = await scene.keys('remove', 'a', 'c', 'a', ...STORE)
    expect(stdout).toBe(
      `Removed a, c: tokens signed with it are refused within seconds at every edge location; left: b\nin ${STORE_ARN}\n`,
    )
    expect([...scene.store.values.keys()]).toEqual(['jwt/b'])
    expect(scene.store.calls.filter((name) => name === 'UpdateKeys')).toHaveLength(1)
  })

  it('removes nothing where one of them is not there', async () => {
    fill('a', 'b')
    const { code, stderr } = await scene.keys('remove', 'a', 'x', ...STORE)
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'expected kids that are in the store (a, b), found x: nothing was removed; `rimlight keys remove --help` says how to use it\n',
    })
    expect(scene.store.values.size).toBe(2)
  })

  it('asks before the last one goes', async () => {
    fill('a')
    const nobody = await scene.keys('remove', 'a', ...STORE)
    expect(nobody).toMatchObject({
      code: 2,
      stderr: 'expected --yes, since stdin is no terminal and nobody can be asked\n',
    })
    scene.answers = [false, true]
    expect(await scene.keys('remove', 'a', ...STORE)).toMatchObject({ code: 1, stderr: 'Nothing was removed.\n' })
    expect(scene.store.values.size).toBe(1)
    expect((await scene.keys('remove', 'a', ...STORE)).stdout).toMatch(
      /; none is left, so that every token is refused\n/,
    )
    expect(scene.questions).toEqual(Array(2).fill('No key is left then, and every token is refused. Go ahead? [y/N] '))
    fill('b')
    expect(JSON.parse((await scene.keys('remove', 'b', '--yes', '--json', ...STORE)).stdout)).toEqual({
      store: STORE_ARN,
      removed: ['b'],
      left: [],
    })
  })

  it('what is not for tokens does not count as one that is left', async () => {
    fill('a')
    scene.store.put('redirects', '{}')
    expect((await scene.keys('remove', 'a', ...STORE)).code).toBe(2)
  })
})

describe('what goes wrong on the way', () => {
  const add = async (kid = 'a', ...args: string[]) => {
    scene.stdin = SECRET
    return scene.keys('add', kid, '--file', '-', ...STORE, ...args)
  }

  it("somebody else's change: read again, both are kept", async () => {
    scene.store.before = (action, count) => {
      if (action === 'UpdateKeys' && count === 1) scene.store.put('jwt/theirs', VALUE)
      return undefined
    }
    const { code, stdout, stderr } = await add()
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Added a/) })
    expect(stderr).toBe(
      'Somebody else changed something meanwhile (cloudfront-keyvaluestore:UpdateKeys: ConflictException: Resource is not in expected state): reading and planning again.\n',
    )
    expect([...scene.store.values.keys()]).toEqual(['jwt/theirs', 'jwt/a'])
  })

  it('the same in the words of a ValidationException', async () => {
    scene.store.before = (action, count) =>
      action === 'UpdateKeys' && count === 1
        ? { status: 400, name: 'ValidationException', message: 'Pre-Condition failed' }
        : undefined
    expect(await add()).toMatchObject({ code: 0, stderr: expect.stringContaining('Pre-Condition failed') })
  })

  it('somebody takes the kid meanwhile: theirs stays', async () => {
    scene.store.before = (action, count) => {
      if (action === 'UpdateKeys' && count === 1) scene.store.put('jwt/a', `${VALUE}AAAA`)
      return undefined
    }
    expect(await add()).toMatchObject({ code: 1, stderr: expect.stringMatching(/found one with another secret/) })
    expect(scene.store.values.get('jwt/a')).toBe(`${VALUE}AAAA`)
  })

  it('changes without end: it gives up', async () => {
    scene.store.before = (action) => {
      if (action === 'UpdateKeys') scene.store.put('jwt/theirs', VALUE)
      return undefined
    }
    const { code, stderr } = await add()
    expect(code).toBe(1)
    expect(stderr).toMatch(/\nexpected nobody else to change it meanwhile, found changes 5 times /)
    expect(scene.store.values.has('jwt/a')).toBe(false)
  })

  it('an answer that is lost: it was done, and that is found', async () => {
    scene.store.before = (action, count) => (action === 'UpdateKeys' && count === 1 ? 'lost' : undefined)
    expect(await add()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Nothing to change: a has this/) })
    expect(scene.store.values.get('jwt/a')).toBe(VALUE)
  })

  it('the same of a removal', async () => {
    scene.store.put('jwt/a', VALUE)
    scene.store.put('jwt/b', VALUE)
    scene.store.before = (action, count) => (action === 'UpdateKeys' && count === 1 ? 'lost' : undefined)
    expect(await scene.keys('remove', 'a', ...STORE)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/left: b/),
    })
  })

  it('throttled: tried again, with longer pauses', async () => {
    scene.store.before = (action, count) =>
      action === 'UpdateKeys' && count <= 4 ? { status: 429, name: 'ThrottlingException' } : undefined
    expect((await add()).code).toBe(0)
    expect(scene.slept).toEqual([1000, 2000])
  })

  it('throttled without end', async () => {
    scene.store.before = (action) => (action === 'GetKey' ? { status: 429, name: 'ThrottlingException' } : undefined)
    expect(await add()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^cloudfront-keyvaluestore:GetKey: AWS takes no more calls at present, after 8 tries \(ThrottlingException: said\)/,
      ),
    })
  })

  it('without permission: which one, and where all of them are', async () => {
    scene.store.before = () => ({ status: 403, name: 'AccessDeniedException', message: 'no' })
    expect((await add()).stderr).toBe(
      'expected permission for cloudfront-keyvaluestore:DescribeKeyValueStore, found none (AccessDeniedException: no); allow that action to whoever runs this: `rimlight keys --help` lists all that it takes\n',
    )
  })

  it('AWS repeats the secret in its error: the error does not', async () => {
    scene.store.before = (action) =>
      action === 'UpdateKeys'
        ? { status: 400, name: 'ValidationException', message: `Value '${VALUE}' at 'value' is not fine` }
        : undefined
    const { code, stdout, stderr } = await add()
    expect(code).toBe(1)
    expect(stderr).toContain("Value '(the secret)' at 'value' is not fine")
    never(stdout + stderr)
  })

  it('a store that is full', async () => {
    scene.store.before = (action) =>
      action === 'UpdateKeys' ? { status: 402, name: 'ServiceQuotaExceededException', message: 'full' } : undefined
    expect((await add()).stderr).toMatch(/UpdateKeys: a quota of the account is reached \(ServiceQuotaExceeded/)
  })

  it('Ctrl-C before the change: nothing was changed', async () => {
    scene.store.before = (action) => {
      if (action === 'GetKey') scene.abort()
      return undefined
    }
    expect(await add()).toEqual({
      code: 130,
      stdout: '',
      stderr: 'Interrupted: whether a was added, `rimlight keys list` says.\n',
    })
    expect(scene.store.calls).toEqual(['DescribeKeyValueStore', 'GetKey'])
  })

  it('a secret that was made outlives what fails after it', async () => {
    const file = join(await temporaryFolder(), 'new.secret')
    const generate = () => scene.keys('add', 'a', '--generate', '--out', file, ...STORE)
    const again = `The secret is in ${file}: run the same command with --file ${file} in the place of --generate and --out.`
    scene.store.before = (action) =>
      action === 'UpdateKeys' ? { status: 403, name: 'AccessDeniedException' } : undefined
    expect((await generate()).stderr).toContain(again)
    scene.store.before = () => undefined
    expect(await scene.keys('add', 'a', '--file', file, ...STORE)).toMatchObject({ code: 0 })
    const text = (await readFile(file, 'utf8')).trimEnd()
    expect(scene.store.values.get('jwt/a')).toBe(Buffer.from(text).toString('base64url'))
  })
})
