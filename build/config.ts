/** Reads a config file, checks it whole, and gives it back with its defaults. */

import { readFile } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import * as v from 'valibot'
import { isObject } from '../base/json-values.ts'
import { ROOT } from '../base/root.ts'
import { temporaryFolder } from '../base/temporary.ts'
import type { Settings } from '../bundle/settings.ts'
import { ConfigError } from './error.ts'
import { type OnKeyFile, withKeyFiles } from './key-files.ts'
import { type Problem, shownValue } from './problem.ts'
import { inOrderOf } from './problem-order.ts'
import { schema } from './schema.ts'
import { configProblems } from './validate.ts'

/** @throws ConfigError naming every problem in the file, or why it could not be read */
export async function loadConfig(file: string, onKeyFile?: OnKeyFile): Promise<Settings> {
  const path = resolve(file)
  return checkConfig(await withKeyFiles(await readConfig(path, file), dirname(path), onKeyFile), file)
}

async function readConfig(path: string, shownAs: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new ConfigError(
      `${shownAs}: expected a config file, found none that can be read (${cause.code}). Name one with --config FILE.`,
      { code: 'config-unreadable', expected: 'a config file', found: `none that can be read (${cause.code})`, cause },
    )
  })
  if (extname(path) !== '.json') return importConfig(path, shownAs)
  try {
    return withoutSchema(JSON.parse(text.replace(/^\ufeff/, '')))
  } catch (cause) {
    const found = `a mistake: ${(cause as Error).message}`
    throw new ConfigError(`${shownAs}: expected JSON, found ${found}`, {
      code: 'config-not-json',
      expected: 'JSON',
      found,
      cause,
    })
  }
}

/** `$schema` is for editors. */
function withoutSchema(config: unknown): unknown {
  if (!isObject(config)) return config
  const { $schema: _, ...rest } = config
  return rest
}

/** Bundled, so that a config may import from its neighbours; `rimlight` is this package, wherever either is installed. */
async function importConfig(path: string, shownAs: string): Promise<unknown> {
  const { folder, remove } = await temporaryFolder('rimlight-config-')
  try {
    const outfile = join(folder, 'config.mjs')
    await build({
      entryPoints: [path],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node22',
      logLevel: 'silent',
      alias: { rimlight: join(ROOT, 'edge/config.ts'), 'rimlight-app': join(ROOT, 'edge/config.ts') },
    })
    const module = await import(pathToFileURL(outfile).href)
    if (!('default' in module)) throw new Error('it has no default export; write `export default defineConfig({ … })`')
    return await module.default
  } catch (cause) {
    const expected = 'a module that exports a config'
    const found = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError(`${shownAs}: expected ${expected}, but ${found}`, {
      code: 'config-does-not-load',
      expected,
      found,
      cause,
    })
  } finally {
    await remove()
  }
}

/** @param file named in the errors */
export function checkConfig(input: unknown, file: string): Settings {
  const result = v.safeParse(schema, input, { abortEarly: false })
  const shape = (result.issues ?? []).map(problemOf)
  const bad = shape.map(({ path }) => path)
  const isSound = (path: string) =>
    !bad.some((at) => at === path || at === '' || isInside(at, path) || isInside(path, at))
  const more = isObject(result.output) ? configProblems(result.output as Settings, isSound) : []
  const problems = inOrderOf(input, [...shape, ...more])
  if (!result.success || problems.length > 0) {
    const [only] = problems.length === 1 ? problems : []
    throw new ConfigError(report(problems, file), {
      code: 'wrong-config',
      expected: only?.expected,
      found: only?.found,
      problems,
    })
  }
  return result.output
}

const isInside = (inner: string, outer: string): boolean =>
  inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`)

type Issue = v.InferIssue<typeof schema>

const problemOf = (issue: Issue): Problem => ({
  path: (issue.path ?? []).reduce((path, { key }) => path + step(key, path === ''), ''),
  expected: issue.message,
  found: issue.expected === 'never' ? `the key ${shownValue(issue.path?.at(-1)?.key)}` : shownValue(issue.input),
})

const step = (key: unknown, isFirst: boolean): string => {
  if (typeof key === 'number') return `[${key}]`
  const name = String(key)
  if (!/^[\w$-]+$/.test(name)) return `[${JSON.stringify(name)}]`
  return isFirst ? name : `.${name}`
}

function report(problems: Problem[], file: string): string {
  const lines = problems.map(
    ({ path, expected, found }) => `  ${path || 'the config'}: expected ${expected}; found ${found}`,
  )
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`
  return `${file} has ${count}; nothing was built:\n${lines.join('\n')}`
}
