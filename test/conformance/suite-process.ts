/**
 * The process in which the code of http-tests/cache-tests runs: its origin, on a free port of 127.0.0.1, and its client. It
 * is told where the suite is by its argument and where the cache is by a message, and says the origin's URL and the results.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { listening } from '../listener.ts'
import { ENGINES, type FromSuite, type Release, type SuiteTest, type ToSuite } from './suite.ts'

type Handler = (segments: string[], request: IncomingMessage, response: ServerResponse) => void
type TestGroup = { id: string; tests: { id: string; kind?: SuiteTest['kind'] }[] }
type Runner = {
  runTests(groups: TestGroup[], fetch: unknown, isBrowser: boolean, base: string): Promise<void>
  getResults(): Record<string, SuiteTest['result']>
}

const [suite = '', engineFolder = ''] = process.argv.slice(2)
const engine = ENGINES.find(({ folder }) => folder === engineFolder) ?? { release: 'npm' as Release, folder: '' }

const load = (path: string) => import(pathToFileURL(join(suite, path)).href)
const handlerOf = async (name: string): Promise<Handler> =>
  (await load(`${engine.folder}server/handle-${name}.mjs`)).default

/** The client that the suite brings: the built-in one takes fewer headers. */
function suiteFetch(): unknown {
  try {
    return createRequire(join(suite, 'package.json'))('node-fetch')
  } catch {
    return fetch
  }
}

const say = (message: FromSuite) => process.send?.(message)

const handlers: Record<string, Handler> = {
  config: await handlerOf('config'),
  test: await handlerOf('test'),
  state: await handlerOf('state'),
}
const origin = await listening(
  createServer((request, response) => {
    const [, name = '', ...segments] = new URL(request.url ?? '/', 'http://origin').pathname.split('/')
    const handler = handlers[name]
    if (handler) handler(segments, request, response)
    else response.writeHead(404).end()
  }),
)

process.once('message', async ({ base }: ToSuite) => {
  const groups: TestGroup[] = [...(await load('tests/index.mjs')).default]
  // What the command of that release adds to the list; the repository has no such tests any more.
  if (engine.release === 'npm') groups.push((await load('tests/surrogate-control.mjs')).default)
  const runner: Runner = await load(`${engine.folder}client/runner.mjs`)
  await runner.runTests(groups, suiteFetch(), false, base)
  const results = runner.getResults()
  const tests = groups.flatMap((group) =>
    group.tests.flatMap(({ id, kind = 'required' }): SuiteTest[] => {
      const result = results[id]
      return result === undefined ? [] : [{ id, group: group.id, kind, result }]
    }),
  )
  say({ kind: 'results', tests })
  await origin.close()
  process.disconnect()
})
say({ kind: 'origin', url: origin.url })
