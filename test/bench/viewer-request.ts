/**
 * `npm run bench`: what one call of the built CloudFront Function costs in njs, in instructions. callgrind counts them:
 * those of 1,200 calls less those of 200, over 1,000, less the same for a handler that returns its request untouched.
 * The same number on every run with one njs. First routes without auth, then routes with tokens of a shared key, with a
 * KeyValueStore of one key in a module that njs finds by `-p`. Below them the steps, on the same code before it is minified; they overlap.
 */
import { execFile, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { at } from '../../base/json-values.ts'
import { ROOT } from '../../base/root.ts'
import { compiledRules, FUNCTION, platformModules } from '../../build/bundle.ts'
import { compile } from '../../build/compile.ts'
import { makeSite } from '../../build/site.ts'
import type { Settings } from '../../bundle/settings.ts'
import { privateSettings, settings, viewerEvent } from './fixtures.ts'

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
}

/** The same of routes with tokens. `parts`: of a token, in `field`, and `secret` what signed it. */
const TOKEN_STEPS = {
  'token: bearerIn': 'bearerIn(field)',
  'token: partsOf': 'partsOf(field.value.slice(7))',
  'token: keyOf': 'keyOf(textOf(parts[0]))',
  'token: keyOf, of another header': 'keyOf(other)',
  'token: the store': 'cf.kvs().get("jwt/a")',
  'token: isSigned': 'isSigned(parts, secret)',
  'token: isSigned, HMAC alone': 'crypto.createHmac("sha256", secret).update(parts[0]).digest("base64url")',
  'token: admissionOf': 'admissionOf(parts, {}, "/")',
  'token: admissionOf, parseObject': 'parseObject(text, 200)',
  'token: an async function': 'waits(0)',
  'token: an async function that awaits': 'waits(1)',
  'token: a refusal': 'denied(401, request.method, request.headers, {})',
}

const SECRET = '0123456789abcdef0123456789abcdef'
const KEY_VALUES = { 'jwt/a': Buffer.from(SECRET).toString('base64url') }

/** What njs takes for the platform's module of that name. */
const STORE = `var values = ${JSON.stringify(KEY_VALUES)}
var data
export default { kvs: () => ({ get: (key) => Promise.resolve(values[key]) }), logCustomData: (text) => { data = text } }`

const run = promisify(execFile)
const folder = await mkdtemp(join(tmpdir(), 'rimlight-bench-'))
await writeFile(join(folder, 'cloudfront'), STORE)

type Measured = { cost: number; last: unknown }

/** An import has to come first. What the last call returned is printed, so that a row can't be of something else. */
async function instructions(code: string, expression: string, calls: number, event: unknown) {
  const script = join(folder, 'run.js')
  const EVENT = `var EVENT = ${JSON.stringify(JSON.stringify(event))};`
  const loop = `var last; for (var calls = 0; calls < ${calls}; calls++) { last = ${expression || '0'} }`
  const print = 'Promise.resolve(last).then((value) => { console.log(JSON.stringify(value)) })'
  const [imports = ''] = /^(?:import [^;]*;)*/.exec(code) ?? []
  await writeFile(script, `${imports}\n${EVENT}\n${code.slice(imports.length)}\n${loop}\n${print}`)
  const tool = ['--tool=callgrind', '--vgdb=no', '--callgrind-out-file=/dev/null']
  const { stdout, stderr } = await run('valgrind', [...tool, 'njs', '-p', folder, script])
  const count = Number(/Collected\s*:\s*(\d+)/.exec(stderr)?.[1])
  return { count, last: stdout.startsWith('{') ? JSON.parse(stdout) : undefined }
}

async function perCall(code: string, expression: string, event: unknown = viewerEvent): Promise<Measured> {
  const many = await instructions(code, expression, 1200, event)
  const few = await instructions(code, expression, 200, event)
  return { cost: Math.trunc((many.count - few.count) / 1000), last: many.last }
}

const jsonPart = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function tokenOf(claims: Record<string, unknown>): string {
  const signed = `${jsonPart({ alg: 'HS256', typ: 'JWT', kid: 'a' })}.${jsonPart(claims)}`
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`
}

/** A day from now: the function has the machine's clock. */
const CLAIMS = { sub: 'user-1', exp: Math.trunc(Date.now() / 1000) + 86_400 }
const MORE_CLAIMS = { ...CLAIMS, iss: 'https://login.example.com', aud: 'cdn', paths: ['/'] }
const MORE_RULES = { issuer: MORE_CLAIMS.iss, audience: MORE_CLAIMS.aud, path: 'paths' }

/** @param end repeated, in the place of the last four characters of the signature */
const withToken = (claims: Record<string, unknown>, request: object = {}, end?: string) => ({
  ...viewerEvent,
  request: {
    ...viewerEvent.request,
    ...request,
    headers: {
      ...viewerEvent.request.headers,
      authorization: { value: `Bearer ${end ? tokenOf(claims).slice(0, -4) + end.repeat(4) : tokenOf(claims)}` },
    },
  },
})
const FILE = { uri: '/static/projects/123/report.pdf', querystring: {} }

/** `limit`: null where none is set. `answer`: what the call has to come to. */
type Row = { name: string; settings: Settings; event: unknown; limit: number | null; answer: 'goes on' | 401 }
const ROWS: readonly Row[] = [
  { name: 'no auth, image', settings: settings(), event: viewerEvent, limit: BUDGET, answer: 'goes on' },
  {
    name: 'no auth, image, with logs',
    settings: { ...settings(), logs: true },
    event: viewerEvent,
    limit: null,
    answer: 'goes on',
  },
  {
    name: 'HS256, file',
    settings: privateSettings(),
    event: withToken(CLAIMS, FILE),
    limit: 170_000,
    answer: 'goes on',
  },
  { name: 'HS256, image', settings: privateSettings(), event: withToken(CLAIMS), limit: null, answer: 'goes on' },
  {
    name: 'HS256, image, forged',
    settings: privateSettings(),
    event: withToken(CLAIMS, {}, 'A'),
    limit: null,
    answer: 401,
  },
  {
    name: 'HS256 with issuer, audience and path, file',
    settings: privateSettings(MORE_RULES),
    event: withToken(MORE_CLAIMS, FILE),
    limit: null,
    answer: 'goes on',
  },
  {
    name: 'HS256 with issuer, audience and path, image',
    settings: privateSettings(MORE_RULES),
    event: withToken(MORE_CLAIMS),
    limit: null,
    answer: 'goes on',
  },
  { name: 'HS256, no token', settings: privateSettings(MORE_RULES), event: viewerEvent, limit: 25_000, answer: 401 },
]

/** Whether it is within its limit. @throws if the call came to something else than the row says */
async function measureRow({ name, settings: rules, event, limit, answer }: Row): Promise<boolean> {
  const site = await makeSite(rules)
  const code = site.built.find(({ target }) => target.kind === 'function')?.content.toString() ?? ''
  const CALL = 'handler(JSON.parse(EVENT));'
  const { cost, last } = await perCall(code, CALL, event)
  const { cost: identity } = await perCall('function handler(event) { return event.request; }', CALL, event)
  const found = at(last, 'statusCode') ?? (at(last, 'uri') === undefined ? 'nothing' : 'goes on')
  if (found !== answer) throw new Error(`${name}: expected ${answer}, found ${found}`)
  const count = cost - identity
  const limits = limit === null ? 'no limit' : `limit ${limit.toLocaleString('en')}`
  print(`${name}: viewer-request.js of ${code.length.toLocaleString('en')} bytes (${limits})`, count)
  return limit === null || count <= limit
}

async function unminified(rules: Settings, more: readonly string[] = []): Promise<string> {
  const modules = [
    ...more,
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
    minifySyntax: false,
    // Imports come first then.
    minifyWhitespace: true,
    // The steps name the properties.
    mangleProps: /^never$/,
    bundle: true,
    write: false,
    stdin: { contents: modules.map((path) => `export * from './${path}.ts'`).join('\n'), resolveDir: ROOT },
    plugins: [compiledRules(compile(rules)), platformModules(['crypto', 'cloudfront'])],
  })
  const code = (result.outputFiles[0]?.text ?? '').replace(/export\s*\{[^}]*\};?\s*$/, '')
  return `${code}\nvar request = JSON.parse(EVENT).request; var rule = imageRules[0];`
}

const print = (label: string, count: number) => console.log(`${count.toLocaleString('en').padStart(10)}  ${label}`)

const missing = ['njs', 'valgrind'].filter((tool) => spawnSync(tool, ['--help'], { stdio: 'ignore' }).error)
if (missing.length > 0) {
  console.error(`This benchmark needs ${missing.join(' and ')}: apt-get install ${missing.join(' ')}`)
  process.exit(2)
}
try {
  const { stdout: version } = await run('njs', ['-v'])
  console.log(`Instructions for one call, njs ${version.trim()}`)
  const over: string[] = []
  for (const row of ROWS) if (!(await measureRow(row))) over.push(row.name)
  for (const [name, count] of Object.entries(OTHERS)) print(name, count)

  console.log('\nIts steps, before minification')
  const steps = await unminified(settings())
  const { cost: empty } = await perCall(steps, '')
  for (const [name, expression] of Object.entries(STEPS)) print(name, (await perCall(steps, expression)).cost - empty)
  const modules = ['viewer-request/admission', 'viewer-request/denied', 'viewer-request/platform', 'edge/token']
  const [, token] = Object.values(withToken(CLAIMS).request.headers.authorization.value.split(' '))
  const tokenSteps = [
    await unminified(privateSettings(), modules),
    `var field = { value: ${JSON.stringify(`Bearer ${token}`)} };`,
    `var parts = field.value.slice(7).split('.'), secret = ${JSON.stringify(KEY_VALUES['jwt/a'])};`,
    `var text = textOf(parts[1]), other = '{"typ":"JWT","alg":"HS256"}';`,
    'async function waits(value) { if (value) await value }',
  ].join('\n')
  const { cost: none } = await perCall(tokenSteps, '')
  for (const [name, expression] of Object.entries(TOKEN_STEPS)) {
    print(name, (await perCall(tokenSteps, expression)).cost - none)
  }
  if (over.length > 0) console.log(`\nOver the limit: ${over.join('; ')}`)
  process.exitCode = over.length > 0 ? 1 : 0
} finally {
  await rm(folder, { recursive: true, force: true })
}
