import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'

it('a bundle for browsers says where the handlers run', async () => {
  const { exports } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const { browser } = exports['./msw']
  const entry = join(ROOT, browser.replace('./lib/', '').replace(/\.js$/, '.ts'))
  const { outputFiles, warnings } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'rimlight',
    logLevel: 'silent',
  })
  const code = `${outputFiles[0]?.text}\nrimlight.cloudfrontHandlers().catch(({ code, message }) => ({ code, message }))`
  expect(warnings).toEqual([])
  expect(await runInNewContext(code)).toEqual({
    code: 'node-missing',
    message:
      "rimlight/msw: expected Node, in which the functions are built, found a bundle for browsers; for a page in a browser start `rimlight dev`, and in Jest's jsdom set testEnvironmentOptions: { customExportConditions: ['node'] }",
  })
})
