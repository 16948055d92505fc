import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
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
  test('tsc finds nothing wrong, and looks at all code of the project', () => {
    const { status, output } = run('tsc', ['--noEmit', '--listFiles'])
    const lines = output.split('\n')
    const listed = new Set(lines.map((line) => line.replace(`${ROOT}/`, '')))
    expect(lines.filter((line) => / error TS\d+: /.test(line))).toEqual([])
    expect(status).toBe(0)
    const files = Object.keys(codeFiles())
    expect(files.length).toBeGreaterThan(100)
    expect(files.filter((file) => !listed.has(file))).toEqual([])
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
