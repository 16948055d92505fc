import { spawnSync } from 'node:child_process'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { EXTENT } from '../runs.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { codeFiles, ROOT } from './sources.ts'

/** A tool of the project, with what it printed. */
function run(tool: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin', tool), args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  return { status, output: stdout + stderr }
}

describe('types', () => {
  const WORKERS = 'local/workers'
  const TESTS_OF_WORKERS = 'test/unit/local/workers'
  /** Kept from the last short run: with it tsc checks only the files that have changed since, and those that depend on them. */
  const KNOWN_TYPES = join(ROOT, 'node_modules/.cache/rimlight/types.tsbuildinfo')
  const isIn = (folder: string) => (file: string) => file.startsWith(`${folder}/`)

  /** The project's files that tsc looked at with the tsconfig of a folder, in which it found nothing wrong. */
  function lookedAt(folder: string): string[] {
    const since = EXTENT === 'full' || folder !== '.' ? [] : ['--incremental', '--tsBuildInfoFile', KNOWN_TYPES]
    // Threads check common types once each, and other tests have the other cores.
    const { status, output } = run('tsc', ['--noEmit', '--listFiles', '--singleThreaded', ...since, '-p', folder])
    const lines = output.split('\n')
    expect(lines.filter((line) => / error TS\d+: /.test(line))).toEqual([])
    expect(status).toBe(0)
    const known = new Set(Object.keys(codeFiles()))
    return lines
      .map((line) => line.replace(`${ROOT}/`, ''))
      .filter((file) => known.has(file))
      .toSorted()
  }

  test('tsc finds nothing wrong, and looks at all code of the project', () => {
    const [host, workers, tests] = ['.', WORKERS, TESTS_OF_WORKERS].map(lookedAt) as [string[], string[], string[]]
    const files = Object.keys(codeFiles())
    expect(files.length).toBeGreaterThan(100)
    expect(files.filter((file) => ![...host, ...workers, ...tests].includes(file))).toEqual([])

    // Code for workerd is checked under the types of workerd, and not as if it ran in Node.
    expect(workers.filter(isIn(WORKERS))).toEqual(files.filter(isIn(WORKERS)))
    expect(workers.filter(isIn(WORKERS)).length).toBeGreaterThan(30)
    expect(host.filter(isIn(WORKERS))).toEqual([])
    expect(workers.filter(isIn('local/host'))).toEqual([])

    // What both sides share is checked under both.
    const shared = workers.filter((file) => host.includes(file))
    for (const folder of ['base', 'bundle', 'edge', 'local/protocol', 'local/platform']) {
      expect(shared.filter(isIn(folder)).length, folder).toBeGreaterThan(0)
    }
    expect(workers.filter((file) => !isIn(WORKERS)(file) && !shared.includes(file))).toEqual([])
  })

  /** What tsc says of a file with these lines, by line, under the tsconfig of a folder. */
  async function complaints(tsconfig: string, lines: readonly string[]) {
    const folder = await temporaryFolder()
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const config = { extends: join(ROOT, tsconfig, 'tsconfig.json'), include: ['*.mts'], exclude: [] }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
    await writeFile(join(folder, 'a.mts'), lines.join('\n'))
    const { output } = run('tsc', ['--noEmit', '-p', folder])
    return [...output.matchAll(/a\.mts\((\d+),\d+\): error TS\d+: (.*)/g)].map(
      ([, line, message]) => [lines[Number(line) - 1], message] as const,
    )
  }

  const OF_NODE = [
    "import 'node:child_process'",
    "export { readFile } from 'node:fs/promises'",
    'export const end = () => process.exit(1)',
    'export const folder = __dirname',
  ]
  const OF_WORKERD = [
    'export type Bucket = R2Bucket',
    'export const stream = new FixedLengthStream(1)',
    "export const response = new Response(null, { encodeBody: 'manual' })",
    'export const cache = caches.default',
  ]
  const OF_BOTH = [
    "import { createHash } from 'node:crypto'",
    "export const hash = createHash('md5').update(Buffer.from('a')).digest('hex')",
    "export const page = () => fetch('http://127.0.0.1/')",
  ]

  test.each([
    ['what belongs to Node is wrong in a Worker', 'local/workers', OF_NODE, OF_WORKERD],
    ['what belongs to workerd is wrong in Node', '.', OF_WORKERD, OF_NODE],
  ])('%s', async (_rule, tsconfig, wrong, right) => {
    const found = await complaints(tsconfig, [...OF_BOTH, ...wrong, ...right])
    expect([...new Set(found.map(([line]) => line))]).toEqual(wrong)
    for (const [, message] of found)
      expect(message).toMatch(/^(?:Cannot find |No overload|Object literal may only|Property)/)
  })

  test("tsc finds what is wrong, under the project's settings", async () => {
    const folder = await temporaryFolder()
    const config = { extends: join(ROOT, 'tsconfig.json'), compilerOptions: { types: [] }, include: ['*.ts'] }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
    await writeFile(join(folder, 'wrong.ts'), 'const list: string[] = []\nexport const first: string = list[0]\n')
    const { status, output } = run('tsc', ['--noEmit', '-p', folder])
    expect(status).not.toBe(0)
    expect(output).toMatch(/wrong\.ts\(2,14\): error TS2322: Type 'string \| undefined' is not assignable/)
  })
})

describe('lint and format', () => {
  test('biome finds nothing wrong, and looks at all code of the project', () => {
    const { status, output } = run('biome', ['check', '--max-diagnostics=20'])
    const checked = /Checked (\d+) files? in /.exec(output)
    expect(status, output).toBe(0)
    expect(Number(checked?.[1])).toBeGreaterThanOrEqual(Object.keys(codeFiles()).length)
  })

  test.each([
    ['nothing', "export const a = 'a'\n", 0, 'Checked 1 file in'],
    ['a rule', 'export const f = (a: unknown) => a == 1\n', 1, 'lint/suspicious/noDoubleEquals'],
    ['a format', 'export const a = "a"\n', 1, 'Formatter would have printed'],
  ])("biome's answer to what is against %s of the project", async (_kind, text, expected, said) => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'a.ts'), text)
    const { status, output } = run('biome', ['check', '--vcs-enabled=false', '--config-path=biome.json', folder])
    expect(status, output).toBe(expected)
    expect(output).toContain(said)
  })
})
