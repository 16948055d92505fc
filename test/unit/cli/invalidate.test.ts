import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { CloudFrontClient, CreateInvalidationCommand, GetInvalidationCommand } from '@aws-sdk/client-cloudfront'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { invalidateCommand, main } from '../../../cli/invalidate.ts'
import { type Listener, listening } from '../../listener.ts'
import { temporaryFolder } from '../local/fixture.ts'
import { output } from './kit/fixture-output.ts'

const aws = mockClient(CloudFrontClient)

let here: Listener
/** Paths that the CloudFront on this machine was asked for. */
const asked: string[][] = []
beforeAll(async () => {
  here = await listening(
    createServer(async (request, response) => {
      const { paths } = (await json(request)) as { paths: string[] }
      asked.push(paths)
      response.end(JSON.stringify({ id: 'I1', paths, removed: paths.length }))
    }),
  )
})
afterAll(() => {
  aws.restore()
  return here.close()
})
afterEach(() => {
  aws.reset()
  asked.splice(0)
})

async function run(...args: string[]) {
  const stdout = output()
  const stderr = output()
  const dependencies = { now: () => 0, sleep: async () => {}, ask: null }
  const code = await invalidateCommand(dependencies)(args, stdout, stderr)
  return { code, stdout: stdout.said(), stderr: stderr.said() }
}

const DISTRIBUTION = ['--distribution', 'EDFDVBD6EXAMPLE']
const atAws = (status = 'InProgress') =>
  aws.on(CreateInvalidationCommand).resolves({
    Invalidation: { Id: 'I2J0', Status: status, CreateTime: new Date(0), InvalidationBatch: undefined },
  })

describe('on this machine', () => {
  it('says how many objects that were', async () => {
    expect(await run('/a*', '/b?v=1', '--url', here.url)).toEqual({
      code: 0,
      stdout: 'Removed 2 objects from the caches: /a* /b?v=1\n',
      stderr: '',
    })
    expect((await run('/*', '--url', here.url)).stdout).toBe('Removed 1 object from the caches: /*\n')
    expect(aws.calls()).toEqual([])
  })

  it('programs get what was answered', async () => {
    const { stdout } = await run('/*', '--json', '--url', here.url)
    expect(JSON.parse(stdout)).toEqual({ id: 'I1', paths: ['/*'], removed: 1 })
  })

  it('paths come from a file, too; each is asked for once', async () => {
    const file = join(await temporaryFolder(), 'paths.txt')
    await writeFile(file, '\ufeff/a.jpg\r\n\n  /b.jpg \n/photos/c.jpg\n/a.jpg')
    await run('/photos/*', '--paths', file, '--url', here.url)
    expect(asked).toEqual([['/photos/*', '/a.jpg', '/b.jpg']])
  })
})

it('takes tags beside paths, here and at AWS, each once whatever its case', async () => {
  const tags = ['#album-7', '/a*', '#Album-7', '#/photos/dusk.jpg']
  expect((await run(...tags, '--url', here.url)).stdout).toBe(
    'Removed 3 objects from the caches: #album-7 /a* #/photos/dusk.jpg\n',
  )
  expect(asked).toEqual([['#album-7', '/a*', '#/photos/dusk.jpg']])
  atAws()
  await run(...tags, ...DISTRIBUTION)
  expect(aws.commandCalls(CreateInvalidationCommand)[0]?.args[0].input).toMatchObject({
    InvalidationBatch: { Paths: { Quantity: 3, Items: ['#album-7', '/a*', '#/photos/dusk.jpg'] } },
  })
  expect((await run('#two words', '--url', here.url)).code).toBe(2)
})

describe('at AWS', () => {
  it('says what it is called, and what it costs at most', async () => {
    atAws()
    expect(await run('/a*', '/b', '/b', ...DISTRIBUTION)).toEqual({
      code: 0,
      stdout:
        "Being removed from the caches, in a minute or two: /a* /b\nInvalidation I2J0 of EDFDVBD6EXAMPLE; 0.01 USD at most: nothing, where the month's free paths are not used up\n",
      stderr: '',
    })
    expect(aws.commandCalls(CreateInvalidationCommand)[0]?.args[0].input).toMatchObject({
      DistributionId: 'EDFDVBD6EXAMPLE',
      InvalidationBatch: { Paths: { Quantity: 2, Items: ['/a*', '/b'] } },
    })
    expect(asked).toEqual([])
  })

  it('--wait: its name first, then that it is done', async () => {
    atAws()
    aws.on(GetInvalidationCommand).resolves({
      Invalidation: { Id: 'I2J0', Status: 'Completed', CreateTime: new Date(0), InvalidationBatch: undefined },
    })
    const { code, stdout, stderr } = await run('/a', '--wait', ...DISTRIBUTION)
    expect([code, stderr]).toEqual([0, 'Invalidation I2J0\n'])
    expect(stdout).toMatch(/^Removed from the caches: \/a\nInvalidation I2J0 /)
  })

  it('programs get all of it; people the number of many paths', async () => {
    atAws()
    const paths = Array.from({ length: 11 }, (_, i) => `/${i}`)
    const { stdout } = await run(...paths, '--json', '--reference', 'build-7', ...DISTRIBUTION)
    expect(JSON.parse(stdout)).toEqual({
      id: 'I2J0',
      distribution: 'EDFDVBD6EXAMPLE',
      status: 'InProgress',
      paths,
      reference: 'build-7',
      costAtMost: 0.055,
    })
    expect((await run(...paths, ...DISTRIBUTION)).stdout).toMatch(/, in a minute or two: 11 paths\n/)
  })

  it('what it refuses: 1', async () => {
    aws.on(CreateInvalidationCommand).rejects(Object.assign(new Error('none'), { name: 'NoSuchDistribution' }))
    expect(await run('/a', ...DISTRIBUTION)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'there is no distribution EDFDVBD6EXAMPLE in this account; `aws cloudfront list-distributions` lists those that are (NoSuchDistribution)\n',
    })
  })
})

const HINT = '`rimlight invalidate --help` says how to use it'

describe('what is wrong is said', () => {
  it.each<[string, string[], string]>([
    ['no paths', [], `expected paths such as '/photos/*', found none; ${HINT}`],
    ['no slash', ['photos/*'], 'expected a path that begins with a slash, such as /photos/*, found "photos/*"'],
    [
      'all of them',
      ['a', '/b*c'],
      'expected a path that begins with a slash, such as /photos/*, found "a"\nexpected a * at the end of the path alone, such as /photos/*, found "/b*c"',
    ],
    [
      'both places',
      ['/a', ...DISTRIBUTION, '--url', 'http://a'],
      `expected --distribution or --url, found both; ${HINT}`,
    ],
    ['no URL', ['/a', '--url', 'localhost'], '--url: expected a URL such as https://localhost:8443, found "localhost"'],
    [
      'no file',
      ['--paths', 'no-such-file'],
      "--paths: expected a file with a path to a line, found none at no-such-file (ENOENT: no such file or directory, open 'no-such-file')",
    ],
    [
      'no id',
      ['/a', '--distribution', 'd111111abcdef8.cloudfront.net'],
      `--distribution: expected a distribution's id such as EDFDVBD6EXAMPLE, found "d111111abcdef8.cloudfront.net"; \`aws cloudfront list-distributions\` lists them`,
    ],
  ])('%s: 2', async (_, args, message) => {
    expect(await run(...args)).toEqual({ code: 2, stdout: '', stderr: `${message}\n` })
    expect(aws.calls()).toEqual([])
  })

  it.each([['--wait'], ['--yes'], ['--reference', 'r']])('%s is of AWS: 2 without a distribution', async (...args) => {
    const { code, stderr } = await run('/*', ...args, '--url', here.url)
    const [option] = args
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `${option}: expected --distribution ID beside ${option}, found none: without one, the caches of this machine's CloudFront are meant; ${HINT}\n`,
    })
    expect(asked).toEqual([])
  })

  it('an unknown option: 2', async () => {
    const { code, stderr } = await run('--all')
    expect(code).toBe(2)
    expect(stderr).toMatch(new RegExp(`^expected an option that it takes, found "--all"; ${HINT}\n$`))
  })
})

it('--help', async () => {
  const stdout = output()
  expect(await main(['--help'], stdout, output())).toBe(0)
  expect(stdout.said()).toMatch(
    /^Usage: rimlight invalidate PATH… .*1,000 paths a month .*0\.005 USD.*--url URL .*Exit code: 0 done, .*; 1 .*; 2 /s,
  )
  expect(
    stdout
      .said()
      .split('\n')
      .filter((line) => line.length > 120),
  ).toEqual([])
})
