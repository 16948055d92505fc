/**
 * `npm run bench`: what one call of the built CloudFront Function costs in njs, in instructions. callgrind counts them:
 * those of 1,200 calls less those of 200, over 1,000, less the same for a handler that returns its request untouched.
 * The same number on every run with one njs. Below it the steps, on the same code before it is minified; they overlap.
 */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { ROOT } from '../../base/root.ts'
import { compiledRules, FUNCTION } from '../../build/bundle.ts'
import { compile } from '../../build/compile.ts'
import { makeSite } from '../../build/site.ts'
import { settings, viewerEvent } from './fixtures.ts'

/** The budget that the design gives the function, and what others' functions cost on a like event (njs 0.7.9). */
const BUDGET = 85_000
const OTHERS = { 'aws-samples/image-optimization url-rewrite, which does less': 52_400 }

/** Expressions in the scope of the unminified function: `request` is the event's, `rule` its image rules. */
const STEPS = {
  'route: routeOf': 'routeOf(request.uri, routeTable)',
  'route: isPlain': 'isPlain(request.uri)',
  'query: variantOf': 'variantOf(request.querystring, request.headers.accept, "jpg", rule)',
  'query: accepts': 'accepts(acceptList(request.headers.accept), rule.formats[0])',
  'query: canonicalQuery': 'canonicalQuery(request.querystring, routes[4], { fm: "webp", w: 640 })',
  'headers: remove': 'remove(request.headers, dropRequest)',
}

const run = promisify(execFile)
const folder = await mkdtemp(join(tmpdir(), 'rimlight-bench-'))
const EVENT = `var EVENT = ${JSON.stringify(JSON.stringify(viewerEvent))};`

async function instructions(code: string, expression: string, calls: number): Promise<number> {
  const script = join(folder, 'run.js')
  await writeFile(script, `${EVENT}\n${code}\nfor (var n = 0; n < ${calls}; n++) { ${expression} }`)
  const { stderr } = await run('valgrind', ['--tool=callgrind', '--callgrind-out-file=/dev/null', 'njs', script])
  return Number(/Collected\s*:\s*(\d+)/.exec(stderr)?.[1])
}

const perCall = async (code: string, expression: string): Promise<number> => {
  const many = await instructions(code, expression, 1200)
  return Math.trunc((many - (await instructions(code, expression, 200))) / 1000)
}

async function unminified(): Promise<string> {
  const modules = [
    'viewer-request/index',
    'edge/routes',
    'edge/path',
    'edge/variant',
    'edge/accept',
    'edge/query',
    'edge/rules',
  ]
  const result = await build({
    ...FUNCTION,
    minify: false,
    // The steps name the properties.
    mangleProps: /^never$/,
    bundle: true,
    write: false,
    stdin: { contents: modules.map((path) => `export * from './${path}.ts'`).join('\n'), resolveDir: ROOT },
    plugins: [compiledRules(compile(settings()))],
  })
  const code = (result.outputFiles[0]?.text ?? '').replace(/export \{[^}]*\};?\s*$/, '')
  return `${code}\nvar request = JSON.parse(EVENT).request; var rule = imageRules[0];`
}

const print = (label: string, count: number) => console.log(`${count.toLocaleString('en').padStart(10)}  ${label}`)

const missing = ['njs', 'valgrind'].filter((tool) => spawnSync(tool, ['--help'], { stdio: 'ignore' }).error)
if (missing.length > 0) {
  console.error(`This benchmark needs ${missing.join(' and ')}: apt-get install ${missing.join(' ')}`)
  process.exit(2)
}
try {
  const site = await makeSite(settings())
  const code = site.built.find(({ target }) => target.kind === 'function')?.content.toString() ?? ''
  const identity = 'function handler(event) { return event.request; }'
  const CALL = 'handler(JSON.parse(EVENT));'
  const cost = (await perCall(code, CALL)) - (await perCall(identity, CALL))

  const { stdout: version } = await run('njs', ['-v'])
  console.log(`Instructions for one call, njs ${version.trim()}`)
  print(`viewer-request.js, ${code.length.toLocaleString('en')} bytes (budget ${BUDGET.toLocaleString('en')})`, cost)
  for (const [name, count] of Object.entries(OTHERS)) print(name, count)

  console.log('\nIts steps, before minification')
  const steps = await unminified()
  const empty = await perCall(steps, '')
  for (const [name, expression] of Object.entries(STEPS)) print(name, (await perCall(steps, expression)) - empty)
  process.exitCode = cost <= BUDGET ? 0 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
