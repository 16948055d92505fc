import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { ROOT } from '../../../../base/root.ts'
import { hasNjs, NJS_MISSING } from '../../../../local/host/functions/njs.ts'
import { missingForCosts } from '../../../../local/host/functions/njs-cost.ts'
import { main } from '../../../../local/replay.ts'
import { EXTENT } from '../../../runs.ts'
import {
  functionEvent,
  ORIGIN_REQUEST,
  ORIGIN_RESPONSE,
  originRequestEvent,
  originResponseEvent,
  temporaryFolder,
  VIEWER_REQUEST,
  writeBundle,
  writeJson,
} from '../fixture.ts'

let dist: string
let folder: string
beforeAll(async () => {
  dist = await writeBundle(await temporaryFolder(), {
    'viewer-request': VIEWER_REQUEST,
    'origin-request': ORIGIN_REQUEST,
    'origin-response': ORIGIN_RESPONSE,
  })
})
beforeEach(async () => {
  folder = await temporaryFolder()
})

/** In a short run, what costs are is measured where a test is about them: valgrind takes half a second of each replay. */
async function withoutValgrind(): Promise<void> {
  if (EXTENT === 'full') return
  const tools = await temporaryFolder()
  const folders = (process.env.PATH ?? '').split(delimiter)
  for (const tool of ['njs', 'sh']) {
    const found = folders.map((one) => join(one, tool)).find((path) => existsSync(path))
    if (found) await symlink(found, join(tools, tool))
  }
  vi.stubEnv('PATH', tools)
}
afterEach(() => vi.unstubAllEnvs())

async function run(args: string[], { isTTY = false } = {}) {
  const written = { stdout: '', stderr: '' }
  const output = (stream: 'stdout' | 'stderr') => ({
    isTTY,
    write: (text: string) => {
      written[stream] += text
    },
  })
  const code = await main(args, output('stdout'), output('stderr'))
  return { code, ...written }
}

const replayed = (...args: string[]) => run([...args, '--dist', dist])
const file = (name: string, document: unknown) => writeJson(join(folder, name), document)
const read = async (path: string) => JSON.parse(await readFile(path, 'utf8'))
const NOW = 1_700_000_000_000
const WITH_QUERY = functionEvent({
  querystring: { v: { value: '1' }, utm: { value: 'x' } },
  headers: { range: { value: 'bytes=0-99' } },
})

/** Memory is measured in pages, and differs by one or two. */
const withoutCosts = (text: string): string => text.replaceAll(/^ {2}[\d,]+ instructions, [\d.]+ MB in njs\n/gm, '')

describe('the report', () => {
  it('says what each call of the function costs, or what measuring it needs', async () => {
    const { stdout } = await replayed(await file('a.json', WITH_QUERY))
    const missing = missingForCosts()
    expect(stdout).toMatch(
      missing.length > 0
        ? `Memory and instructions are not measured: that needs ${missing.join(' and ')}.`
        : /^ {2}[1-9][\d,]{3,} instructions, 0\.\d\d MB in njs$/m,
    )
  })

  it('shows what changed, what did not, what was answered, and counts', async () => {
    await file('a.json', [{ name: 'query', event: WITH_QUERY }, functionEvent()])
    await file('b.json', functionEvent({ headers: { 'cloudfront-forwarded-proto': { value: 'http' } } }))
    await file('c.json', originRequestEvent())
    await file('d.json', { event: originResponseEvent(), now: NOW })
    const { code, stdout, stderr } = await replayed(folder)
    expect(stderr).toBe('')
    expect(
      withoutCosts(stdout).replaceAll(folder, 'events').replaceAll(dist, 'dist'),
    ).toBe(`events/a.json[0] "query"  viewer-request
  ~ querystring    v=1&utm=x → v=1
  - headers.range  bytes=0-99

events/a.json[1]  viewer-request
  unchanged

events/b.json  viewer-request
  answers in place of the request
  + statusCode         301
  + statusDescription  Moved Permanently
  + headers.location   https://cdn.example.com/a.jpg

events/c.json  origin-request
  + headers.x-rimlight-route  0

events/d.json  origin-response
  + headers.x-at  2023-11-14T22:13:20.000Z

${hasNjs() ? '' : `${NJS_MISSING}\n`}${missingForCosts().length > 0 ? `Memory and instructions are not measured: that needs ${missingForCosts().join(' and ')}.\n` : ''}viewer-request   3 replayed: 1 unchanged, 1 changed, 1 answered, 0 failed
origin-request   1 replayed: 0 unchanged, 1 changed, 0 answered, 0 failed
origin-response  1 replayed: 0 unchanged, 1 changed, 0 answered, 0 failed
replayed against dist, the CloudFront Function in ${hasNjs() ? 'njs and workerd' : 'workerd'}
5 replayed: 1 unchanged, 3 changed, 1 answered, 0 failed, 0 violations, 0 expectations unmet, 0 disagreements, 0 not for this bundle
`)
    expect(code).toBe(0)
  })

  it('is coloured on a terminal alone', async () => {
    const path = await file('a.json', WITH_QUERY)
    const plain = await replayed(path)
    const coloured = await run([path, '--dist', dist], { isTTY: true })
    expect(plain.stdout).toBe(stripVTControlCharacters(plain.stdout))
    expect(coloured.stdout).not.toBe(plain.stdout)
    expect(withoutCosts(stripVTControlCharacters(coloured.stdout))).toBe(withoutCosts(plain.stdout))
  })

  it('lists in a folder what is not for this bundle', async () => {
    await file('a.json', functionEvent())
    await file('b.json', functionEvent({}, 'viewer-response'))
    await file('c.json', originRequestEvent({}, 'viewer-request'))
    await file('d.json', { Records: [{ cf: { request: {} } }] })
    await file('e.json', { some: 'settings' })
    const { code, stdout } = await replayed(folder)
    expect(stdout).toContain(`not for this bundle
  ${join(folder, 'b.json')}
    a CloudFront Functions event for viewer-response, which this bundle does not have
  ${join(folder, 'c.json')}
    a Lambda@Edge event for viewer-request; this bundle's viewer-request is for CloudFront Functions
  ${join(folder, 'd.json')}
    does not say which trigger it is for (viewer-request or origin-request): config.eventType is absent
  ${join(folder, 'e.json')}
    is no event: neither of CloudFront Functions (\`version\`, \`context\`) nor of Lambda@Edge (\`Records[0].cf\`)
`)
    expect(stdout).toContain(
      '1 replayed: 1 unchanged, 0 changed, 0 answered, 0 failed, 0 violations, 0 expectations unmet, 0 disagreements, 4 not for this bundle',
    )
    expect(code).toBe(0)
  })

  it('lists what it found and fails when nothing was replayed', async () => {
    const path = await file('a.json', functionEvent({}, 'viewer-response'))
    const { code, stdout } = await replayed(folder)
    expect(stdout).toContain(`not for this bundle\n  ${path}\n`)
    expect(stdout).toContain('Nothing was replayed.')
    expect(code).toBe(1)
  })
})

describe('wrong input, exit code 2', () => {
  it.each([
    ['no files', [], 'expected files or folders of events, found none; `rimlight replay --help` says how to use it\n'],
    [
      'an unknown option',
      ['--updates', 'a'],
      'expected an option that it takes, found "--updates"; did you mean --update? `rimlight replay --help` says how to use it\n',
    ],
    ['a missing file', ['/nowhere.json'], '/nowhere.json: expected a file or folder of events, found nothing\n'],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await replayed(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toEqual(typeof message === 'string' ? message : expect.stringMatching(message))
  })

  it('a named file that is not for the bundle', async () => {
    const foreign = await file('a.json', [functionEvent(), functionEvent({}, 'viewer-response')])
    const none = await file('b.json', { some: 'settings' })
    const { code, stderr } = await replayed(foreign, none)
    expect(
      stderr,
    ).toBe(`${foreign}[1]: a CloudFront Functions event for viewer-response, which this bundle does not have
${none}: is no event: neither of CloudFront Functions (\`version\`, \`context\`) nor of Lambda@Edge (\`Records[0].cf\`)
`)
    expect(code).toBe(2)
  })

  it('no bundle', async () => {
    const { code, stderr } = await run([await file('a.json', functionEvent()), '--dist', join(folder, 'none')])
    expect(stderr).toMatch(/manifest\.json: not found; `rimlight build` writes the bundle to dist/)
    expect(code).toBe(2)
  })

  it('broken JSON in a folder', async () => {
    await writeFile(join(folder, 'a.json'), '{')
    expect(await replayed(folder)).toEqual({
      code: 2,
      stdout: '',
      stderr: `${join(folder, 'a.json')}: broken JSON at line 1, column 2: the text ends too early\n`,
    })
  })
})

describe('expectations', () => {
  beforeEach(withoutValgrind)

  const { method, uri, cookies } = WITH_QUERY.request
  const right = { headers: {}, querystring: 'v=1', cookies, uri, method }

  it('are met whatever the order of keys', async () => {
    const { code, stdout } = await replayed(await file('a.json', { event: WITH_QUERY, expect: right }))
    expect(stdout).toContain('✓ as expected')
    expect(code).toBe(0)
  })

  it('are unmet by any difference, which is shown', async () => {
    const path = await file('a.json', { event: WITH_QUERY, expect: { ...right, uri: '/b.jpg' } })
    const { code, stdout } = await replayed(path)
    expect(stdout).toContain(`  ✗ not as expected (expected → got)
    ~ uri  /b.jpg → /a.jpg
`)
    expect(stdout).toContain('0 violations, 1 expectations unmet')
    expect(code).toBe(1)
  })
})

describe('--update', () => {
  beforeEach(withoutValgrind)

  it('records what is returned, and keeps what is there', async () => {
    const foreign = functionEvent({}, 'viewer-response')
    const path = await file('a.json', [functionEvent(), { name: 'n', event: originResponseEvent(), now: NOW }, foreign])
    const first = await replayed(folder, '--update')
    expect(first.stdout).toContain(`wrote ${path}\n`)
    expect(first.stdout).toContain('2 recorded, 1 not for this bundle')
    expect(first.code).toBe(0)
    const [bare, entry, other] = await read(path)
    expect(bare).toEqual({ event: functionEvent(), expect: { ...functionEvent().request, querystring: '' } })
    expect(entry).toMatchObject({ name: 'n', now: NOW, event: originResponseEvent() })
    expect(entry.expect.headers['x-at']).toEqual([{ key: 'X-At', value: '2023-11-14T22:13:20.000Z' }])
    expect(other).toEqual(foreign)
    const text = await readFile(path, 'utf8')
    expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`)
    expect(await readdir(folder)).toEqual(['a.json'])

    const second = await replayed(folder)
    expect(second.stdout).toContain('0 expectations unmet')
    expect(second.stdout.match(/✓ as expected/g)).toHaveLength(2)
    expect((await replayed(folder, '--update')).stdout).not.toContain('wrote')
  })

  it('replaces an expectation that is unmet', async () => {
    const path = await file('a.json', { event: functionEvent(), expect: {} })
    expect(await replayed(path, '--update')).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ recorded') })
    expect((await read(path)).expect.uri).toBe('/a.jpg')
  })

  it('names the file that it could not write, and those that it did', async () => {
    const fine = await file('a.json', functionEvent())
    // The longest name that there is: it leaves no room for that of the temporary file beside it.
    const stuck = await file(`${'b'.repeat(250)}.json`, functionEvent())
    const { code, stdout, stderr } = await replayed(folder, '--update')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(`wrote ${fine}\n${stuck}: can't be written (ENAMETOOLONG: `)
    expect(stderr).toMatch(
      / and is as it was; check the permissions of the file and its folder, then run --update again\n$/,
    )
    expect(await read(stuck)).toEqual(functionEvent())
  })

  it('records no violation', async () => {
    const bad = await writeBundle(join(folder, 'dist'), {
      'viewer-request': 'function handler(event) { event.request.uri = "a"; return event.request }',
    })
    const path = await file('a.json', { event: functionEvent(), expect: {} })
    const { code } = await run([path, '--update', '--dist', bad])
    expect(code).toBe(1)
    expect(await read(path)).toEqual({ event: functionEvent(), expect: {} })
  })
})

describe('a bundle that breaks the rules, exit code 1', () => {
  beforeEach(withoutValgrind)

  it('names the error and the reason', async () => {
    const bad = await writeBundle(join(folder, 'dist'), {
      'viewer-request': 'function handler(event) { throw new Error("boom") }',
      'origin-request':
        'exports.handler = async (event) => { console.log("here"); event.Records[0].cf.request.headers = {}; return event.Records[0].cf.request }',
      'origin-response': 'exports.handler = async () => {}',
    })
    const path = await file('a.json', [
      { event: functionEvent(), expect: functionEvent().request },
      originRequestEvent(),
      originResponseEvent(),
    ])
    const { code, stdout } = await run([path, '--dist', bad])
    expect(stdout).toContain(`viewer-request
  ✗ FunctionExecutionError: Error: boom
  ✗ nothing to hold against what is expected
`)
    expect(stdout).toContain(
      '  ✗ LambdaValidationError: The Lambda function result failed validation: The function tried to add, delete, or change a read-only header. headerName : Via\n  log  here\n',
    )
    expect(stdout).toContain('  ✗ LambdaExecutionError: the function returned nothing\n')
    expect(stdout).toContain(
      '3 replayed: 0 unchanged, 1 changed, 0 answered, 2 failed, 3 violations, 1 expectations unmet',
    )
    expect(code).toBe(1)
  })

  test.skipIf(!hasNjs())('and engines that disagree', async () => {
    const bad = await writeBundle(join(folder, 'dist'), {
      'viewer-request': `function handler(event) { event.request.uri = '/' + '\u{1f600}'.length; return event.request }`,
    })
    const { code, stdout } = await run([await file('a.json', functionEvent()), '--dist', bad])
    expect(stdout).toContain(`  ✗ njs and workerd disagree (njs → workerd)
    ~ uri  /1 → /2
`)
    expect(stdout).toContain('0 violations, 0 expectations unmet, 1 disagreements')
    expect(code).toBe(1)
  })
})

describe('the command itself', () => {
  const command = (...args: string[]) =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, [join(ROOT, 'cli/rimlight.mjs'), 'replay', ...args], (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      )
    })

  it('--json prints one document and nothing else', async () => {
    await file('a.json', { name: 'n', event: { ...WITH_QUERY }, expect: {} })
    await file('b.json', { some: 'settings' })
    const { code, stdout, stderr } = await command(folder, '--dist', dist, '--json')
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({
      bundle: dist,
      engines: hasNjs() ? ['njs', 'workerd'] : ['workerd'],
      results: [
        {
          file: join(folder, 'a.json'),
          name: 'n',
          trigger: 'viewer-request',
          result: 'changed',
          value: { uri: '/a.jpg', querystring: 'v=1' },
          changes: expect.arrayContaining([{ sign: '~', path: 'querystring', before: 'v=1&utm=x', after: 'v=1' }]),
          violations: [],
          expectation: 'unmet',
          disagreement: null,
        },
      ],
      skipped: [{ file: join(folder, 'b.json'), reason: expect.stringMatching(/^is no event/) }],
      updated: [],
      counts: {
        replayed: 1,
        unchanged: 0,
        changed: 1,
        answered: 0,
        failed: 0,
        violations: 0,
        unmet: 1,
        disagreements: 0,
        recorded: 0,
        skipped: 1,
      },
    })
  })

  it('--help says how to use it', async () => {
    const { code, stdout } = await command('--help')
    expect(stdout).toMatch(/^Usage: rimlight replay FILE-OR-FOLDER… \[--dist DIR\] \[--json\] \[--update\]\n/)
    expect(code).toBe(0)
  })

  it('exits 2 for wrong usage', async () => {
    expect(await command()).toMatchObject({ code: 2, stdout: '' })
  })
})
