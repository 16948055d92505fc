import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../base/root.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { builtOnce, CONFIG, copyOfTree, edit, filesIn, PLAIN, runBuild, timesIn } from './tree.ts'

describe('rimlight build', () => {
  let folder: string
  let config: string
  /** Without pictures, for what is not about the files: it takes a tenth of the time. */
  let plain: string
  const build = (...args: string[]) => runBuild(ROOT, args, { cwd: folder })
  beforeAll(async () => {
    folder = await temporaryFolder()
    config = join(folder, 'config.json')
    plain = join(folder, 'plain.json')
    await writeFile(config, JSON.stringify(CONFIG))
    await writeFile(plain, JSON.stringify(PLAIN))
  })

  it('--help says how to use it', async () => {
    const { code, stdout, stderr } = await build('--help')
    expect([code, stderr]).toEqual([0, ''])
    for (const option of ['--config FILE', '--out DIR', '--json', '--help']) expect(stdout).toContain(option)
  })

  it('prints what it built, how large, and where it is', async () => {
    const built = await builtOnce()
    const { code, stdout, stderr } = JSON.parse(await readFile(join(built, 'run.json'), 'utf8'))
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^Built dist\/\n/)
    expect(stdout).toMatch(/^viewer-request\.js +[\d,]+ +10,240 +\d\d\.\d % +cloudfront-js-2\.0 +[0-9a-f]{12}$/m)
    expect(stdout).toMatch(/^origin-response\.zip +[\d,]+ +52,428,800 +\d\d\.\d % +nodejs22\.x +[0-9a-f]{12}$/m)
    expect(stdout).toContain(
      'policies.json: 5 behaviours with 5 cache, 3 origin request and 2 response headers policies',
    )
    expect(stdout).toContain('variants of one version of an image, 6,953,667 without rect (images.rect: false)')
    expect(Object.keys(await filesIn(join(built, 'dist')))).toHaveLength(6)
  })

  it('--json prints the manifest and nothing else', async () => {
    const { code, stdout, stderr } = await build('--config', plain, '--out', 'json', '--json')
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toEqual(JSON.parse(String((await filesIn(join(folder, 'json')))['manifest.json'])))
  })

  it.each([
    ['an option that there is not', ['--verbose'], 'expected an option that it takes, found "--verbose"; '],
    ['an option without its value', ['--out'], '--out: expected DIR, found nothing; '],
    ['a stray word', ['dist'], 'expected options alone, found "dist"'],
  ])('%s: 2, and a hint', async (_rule, args, message) => {
    const { code, stdout, stderr } = await build(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr).toContain('rimlight build --help')
  })

  it('a config that is not there: 2, and its name', async () => {
    const { code, stdout, stderr } = await build('--config', 'nowhere.ts')
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toBe(
      'nowhere.ts: expected a config file, found none that can be read (ENOENT). Name one with --config FILE.\n',
    )
  })

  it('a folder that is a file: 2, and why', async () => {
    const { code, stderr } = await build('--config', plain, '--out', 'config.json')
    expect(code).toBe(2)
    expect(stderr).toMatch(/^config\.json can't be written: EEXIST.*What was there before is unchanged\.\n$/)
  })

  it('a config with problems: 2, all of them, and the previous files as they were', async () => {
    const out = join(folder, 'previous')
    await build('--config', plain, '--out', out)
    const before = [await filesIn(out), await timesIn(out)]
    const wrong = join(folder, 'wrong.json')
    await writeFile(wrong, JSON.stringify({ ...CONFIG, domains: [], colour: 1 }))
    const { code, stdout, stderr } = await build('--config', wrong, '--out', out)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/has 2 problems; nothing was built:\n {2}domains: .*\n {2}colour: .*\n$/)
    expect([await filesIn(out), await timesIn(out)]).toEqual(before)
  })

  it('--check finds the same problems, and where there are none builds nothing', async () => {
    const wrong = join(folder, 'wrong.json')
    await writeFile(wrong, JSON.stringify({ ...CONFIG, domains: [] }))
    const { code, stdout, stderr } = await build('--config', wrong, '--check', '--json')
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'wrong-config',
        message: stderr.trimEnd(),
        expected: 'a list of host names',
        found: '[]',
      },
    })
    expect(await build('--config', 'config.json', '--check', '--out', 'checked')).toEqual({
      code: 0,
      stdout: 'config.json has no problem\n',
      stderr: '',
    })
    await expect(filesIn(join(folder, 'checked'))).rejects.toThrow('ENOENT')
    await build('--config', plain, '--out', 'policies')
    const policies = JSON.parse(String((await filesIn(join(folder, 'policies')))['policies.json']))
    expect(JSON.parse((await build('--config', plain, '--check', '--json')).stdout)).toEqual(policies)
  })

  it('the config of the project builds, from TypeScript', async () => {
    const { code, stderr } = await runBuild(ROOT, ['--out', join(folder, 'own')], { cwd: ROOT })
    expect([code, stderr]).toEqual([0, ''])
  })
})

describe('what may not ship fails the build, says where, and leaves the previous files', () => {
  it.each([
    [
      'a function over its limit: the modules and the options that take the bytes',
      'edge/limits.ts',
      'FUNCTION_BYTES = 10_240',
      'FUNCTION_BYTES = 1_000',
      /^viewer-request\.js has \d+ bytes; the limit is 1000\. What takes them:\n(?: +\d+ {2}(?:edge|viewer-request)\/[\w-]+\.ts\n)+Code that no route needs is left out\. So much less without one of these, on all routes:\n(?: +\d+ {2}[\w.]+.*\n)*? +\d+ {2}images\.rect \(on unless `rect: false`\)\n(?: +\d+ {2}.*\n)*$/,
    ],
    [
      'a zip over its limit',
      'edge/limits.ts',
      'LAMBDA_ZIP_BYTES = 50 * 1024 * 1024',
      'LAMBDA_ZIP_BYTES = 100',
      /^origin-re\w+\.zip has \d+ bytes; the limit is 100\. What takes them:\n +\d+ {2}/,
    ],
    [
      "syntax that can't be lowered: file and line",
      'viewer-request/index.ts',
      "const ALLOWED_METHODS = { value: 'GET, HEAD, OPTIONS' }",
      "const [ALLOWED_METHODS = { value: '' }] = [{ value: 'GET' }]",
      /^viewer-request\/index\.ts does not build: .*\n.*viewer-request\/index\.ts:\d+:\d+: ERROR: .*destructuring/,
    ],
    [
      'what the engine has and nobody documents',
      'viewer-request/index.ts',
      'delete headers[dropRequest[i] as string]',
      'delete headers[dropRequest.at(i) as string]',
      /^viewer-request is outside the engine's subset:\n {2}line \d+: the method at is not documented for cloudfront-js-2\.0\n$/,
    ],
    [
      'an import that is not declared',
      'origin-request/index.ts',
      "import { parseQuery } from '../edge/query.ts'",
      "import { hostname } from 'node:os'\nimport { parseQuery } from '../edge/query.ts'\nhostname()",
      /^origin-request, index\.js imports node:os; our own code may import the file that it loads later, and nothing else \(build\/targets\.ts\)\n$/,
    ],
    [
      'a built-in in the function',
      'viewer-request/index.ts',
      "import { canonicalQuery } from '../edge/query.ts'",
      "import 'node:os'\nimport { canonicalQuery } from '../edge/query.ts'",
      /^viewer-request\/index\.ts does not build: .*\n.*viewer-request\/index\.ts:\d+:\d+: ERROR: Could not resolve "node:os"/,
    ],
    [
      'a header that no function may add',
      'origin-response/index.ts',
      "setHeader(headers, 'cache-control', cacheControl)",
      "setHeader(headers, 'x-edge-location', cacheControl)",
      /^origin-response, index\.js, line \d+: sets x-edge-location, a header that no function may add \(edge\/limits\.ts\)\n$/,
    ],
  ])('%s', async (_rule, file, from, to, message) => {
    // What pictures bring is most of what a site has.
    const tree = await copyOfTree(file === 'edge/limits.ts' ? CONFIG : PLAIN)
    await mkdir(join(tree, 'dist'))
    await writeFile(join(tree, 'dist', 'manifest.json'), 'previous')
    const before = [await filesIn(join(tree, 'dist')), await timesIn(join(tree, 'dist'))]
    await edit(tree, file, from, to)
    const { code, stdout, stderr } = await runBuild(tree, ['--config', 'config.json'])
    expect(stderr).toMatch(message)
    expect([code, stdout]).toEqual([1, ''])
    expect([await filesIn(join(tree, 'dist')), await timesIn(join(tree, 'dist'))]).toEqual(before)
  })
})
