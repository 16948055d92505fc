/**
 * The functions of a site in this process: those that `rimlight build` makes of the same sources and the same config, but that
 * pictures are read from the test's objects, and by the sharp that is installed here.
 */
import { createRequire } from 'node:module'
import { compileFunction } from 'node:vm'
import { build, type Plugin } from 'esbuild'
import { ROOT } from '../base/root.ts'
import { bundle } from '../build/bundle.ts'
import { compile } from '../build/compile.ts'
import { type BuildTarget, TARGETS } from '../build/targets.ts'
import type { Settings } from '../bundle/settings.ts'
import type { MockedStore } from './objects.ts'

/** A trigger's handler: CloudFront's function returns at once, a Lambda function's answer is awaited. */
export type Handler = (event: unknown, context?: unknown) => unknown

export type Triggers = Record<'viewer-request' | 'origin-request' | 'origin-response', Handler>

/**
 * @param stores by bucket
 * @param load what packages are loaded by
 * @throws BuildError where the config can't be built
 */
export async function triggersOf(
  settings: Settings,
  stores: ReadonlyMap<string, MockedStore>,
  load = packageOf,
): Promise<Triggers> {
  const rules = compile(settings)
  const [viewerRequest, originRequest, originResponse] = TARGETS as [BuildTarget, BuildTarget, BuildTarget]
  // What an artefact loads later comes from here.
  const codeOf = async (target: BuildTarget) =>
    (await bundle({ ...target, lazy: target.lazy.map((one) => ({ ...one, isNeeded: () => false })) }, rules))[0]
      ?.code ?? ''
  const [viewer, request, response, images] = await Promise.all([
    codeOf(viewerRequest),
    codeOf(originRequest),
    codeOf(originResponse),
    rules.imageRules.length > 0 ? imageCode() : '',
  ])
  const source = { readSource: readerOf(stores) }
  const transform = once(() => moduleOf(images, (name) => (name === './source.js' ? source : load(name))))
  const later = (name: string) => {
    if (name === './source.js') return source
    return name === './transform.js' ? { ...transform(), ...source } : load(name)
  }
  return {
    'viewer-request': compileFunction(`${viewer}\nreturn handler`)() as Handler,
    'origin-request': moduleOf(request, load).handler as Handler,
    'origin-response': moduleOf(response, later).handler as Handler,
  }
}

type Exports = Record<string, unknown>

/** At the edge each picture writes a line for CloudWatch. All else of a process is as it is. */
const QUIET: NodeJS.Process = Object.create(process, { stdout: { value: { write: () => true } } })

function moduleOf(code: string, load: (name: string) => unknown): Exports {
  const module = { exports: {} as Exports }
  compileFunction(code, ['module', 'exports', 'require', 'process'])(module, module.exports, load, QUIET)
  return module.exports
}

/** A failure is not kept: sharp may be installed by the next time. */
function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => {
    made ??= make()
    return made
  }
}

const require = createRequire(import.meta.url)

/**
 * @throws Error with Node's own code where it is not installed: then a picture is served as it is, `reason=disabled`, as at the
 * edge where the image step could not be loaded
 */
function packageOf(name: string): unknown {
  return name === 'sharp' ? withoutSettings(require(name)) : require(name)
}

type Sharp = ((...args: unknown[]) => unknown) & Record<string, unknown>

/** What the image step sets for its whole process is none of a test's, which may use sharp itself. */
function withoutSettings(sharp: Sharp): Sharp {
  const settings = { block() {}, unblock() {}, cache() {}, concurrency() {} }
  return Object.assign((...args: unknown[]) => sharp(...args), sharp, settings)
}

/** The image step, which reads its source by a module that stays outside. */
async function imageCode(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['origin-response/transform.ts'],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    external: ['sharp'],
    tsconfigRaw: {},
    logLevel: 'silent',
    plugins: [SOURCE_OUTSIDE],
  })
  return outputFiles[0]?.text ?? ''
}

const SOURCE_OUTSIDE: Plugin = {
  name: 'source-outside',
  setup({ onResolve }) {
    onResolve({ filter: /\/source\.ts$/ }, () => ({ path: './source.js', external: true }))
  },
}

type Asked = { bucket: string; key: string; etag: string; first?: number }

/** As `origin-response/source.ts` reads S3. */
const readerOf =
  (stores: ReadonlyMap<string, MockedStore>) =>
  async ({ bucket, key, etag, first }: Asked, maxBytes: number) => {
    const object = await stores.get(bucket)?.get(key)
    const own = object?.headers.find(([name]) => name === 'etag')?.[1]
    const nothing = (reason: string, detail: string) => ({ kind: 'original', reason, detail })
    if (!object || (etag !== '' && own !== etag)) return nothing('changed', `expected ${etag}, found ${own}`)
    if (object.body.length > maxBytes) return nothing('too-large', `more than ${maxBytes} bytes`)
    return { kind: 'source', bytes: Buffer.from(first === undefined ? object.body : object.body.subarray(0, first)) }
  }
