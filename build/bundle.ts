/** A trigger's code, with the compiled config in the place of `edge/rules.ts`. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BuildOptions, build, type Metafile, type Plugin, type TransformOptions, transform } from 'esbuild'
import { ROOT } from '../base/root.ts'
import { NOT_UNRESERVED } from '../edge/path.ts'
import { isPreview } from '../edge/variant.ts'
import { withArrows, withLoneVarsFirst, withVars } from './compact.ts'
import { type Rules, rulesModule } from './compile.ts'
import { BuildError } from './error.ts'
import { withoutCalls, withoutLastCalls, withParameters } from './inline.ts'
import { type Package, packagesOf } from './packages.ts'
import { leanS3Client } from './s3-client.ts'
import { edited, nodesOf, parseModule, removed } from './syntax.ts'
import { type BuildTarget, type LazyModule, rulesFor } from './targets.ts'
import { withTextsNamed } from './texts.ts'
import { tokenFlags } from './token-rules.ts'

/**
 * One file of an artefact. `packages`: those whose code is in it besides our own. `plain`: a function's code before names are
 * shortened and texts are made constants, in which names can be looked for.
 */
export type Bundle = { file: string; code: string; metafile: Metafile; packages: Package[]; plain?: string }

/** What the CloudFront Functions engine takes beyond ES5; the rest esbuild lowers or refuses. */
const LANGUAGE = {
  target: 'es5',
  supported: {
    'const-and-let': true,
    arrow: true,
    'template-literal': true,
    'rest-argument': true,
    'async-await': true,
  },
  format: 'esm',
  platform: 'neutral',
  minifySyntax: true,
  minifyWhitespace: true,
} satisfies BuildOptions

export const FUNCTION: BuildOptions = {
  ...LANGUAGE,
  // Properties of the compiled rules, and of what reads them, that no event, header or API of the runtime has.
  mangleProps:
    /^(?:audience|bearer|cached|canonical|claims|closed|contains|cookieNames|cors|endless|expected|first|formats|forward|groups|hasParts|images|index|issuer|last|leeway|name|origins|parameters|parts|path|preflight|qualities|quality|query|ratios|reason|redirect|requestable|route|s3|signed|token|version|widths)$/,
  mangleQuoted: true,
}

/**
 * Names of the scripts that measure the function. These are run in one scope with it, so esbuild must give none of its variables
 * such a name: it does not, as long as the code uses them.
 */
const NOT_OURS = 'typeof n;typeof i;typeof last;typeof next'

/** CommonJS, because loading a built-in by `require` takes a tenth of the time that `import` takes; see the decisions. */
const LAMBDA: BuildOptions = {
  banner: { js: '"use strict";' },
  target: 'node22',
  format: 'cjs',
  platform: 'node',
  // `import()` becomes `require`, of our own file, too.
  supported: { 'dynamic-import': false },
}

/** For code with packages in it, which is loaded with the first image: as little text as possible, all in one file. */
const PACKAGES: BuildOptions = {
  minify: true,
  // A single character beyond Latin-1 makes V8 hold the whole text at two bytes each, and compile it a fifth slower.
  charset: 'ascii',
  // esbuild leaves out what is not used of an ES module; of CommonJS it takes everything.
  mainFields: ['module', 'main'],
  // sharp looks for its binaries from where it is: from this file, then.
  define: { 'import.meta.url': '__filename', 'import.meta.filename': '__filename', 'import.meta.dirname': '__dirname' },
}

/**
 * The code of an artefact: its entry, and what that loads later.
 * @param without a flag of `edge/flags.d.ts` whose code is left out of a function, though a route needs it: to measure it
 * @throws BuildError with esbuild's own messages
 */
export async function bundle(target: BuildTarget, compiled: Rules, without?: string): Promise<Bundle[]> {
  const rules = rulesFor(target, compiled)
  if (target.kind === 'function') {
    const made = await bundled(target.entry, 'index.js', FUNCTION, [
      compiledRules(rules, without),
      platformModules(target.modules),
    ])
    const { plain, code } = await shortened(made.code)
    return [{ ...made, code: asScript(code), plain: asScript(plain) }]
  }
  const entry = bundled(target.entry, 'index.js', LAMBDA, [
    compiledRules(rules),
    // The function's own module goes with what uses it; `check.ts` holds the rest to what a target may import.
    platformModules([...target.modules, 'cloudfront']),
    separate(target.lazy),
  ])
  const needed = target.lazy.filter(({ isNeeded }) => isNeeded(rules))
  return Promise.all([entry, ...needed.map((lazy) => (isPacked ? packed(lazy) : bundlePackages(lazy)))])
}

/** A module of a function in fewer bytes, with long names (`plain`) and with short ones. It exports the same, and does the same. */
export async function shortened(module: string): Promise<{ plain: string; code: string }> {
  const shaken = async (code: string, options: TransformOptions = {}) =>
    (await transform(code, { ...LANGUAGE, treeShaking: true, ...options })).code
  // Once more: what the config's constants leave unused is known only when all is in one file.
  const once = await shaken(withArrows(module, parseModule(module)))
  // And again: what stood around that, and `var` beside `var`, become one.
  const twice = await shaken(withVars(once, parseModule(once)))
  const whole = await shaken(withoutLastCalls(twice, parseModule(twice)))
  const expressions = await shaken(withParameters(whole, parseModule(whole)))
  const inlined = await shaken(withoutCalls(expressions))
  const plain = await shaken(withLoneVarsFirst(inlined, parseModule(inlined)))
  const code = await shaken(`${withTextsNamed(plain, parseModule(plain))};${NOT_OURS}`, { minifyIdentifiers: true })
  return { plain, code }
}

/**
 * Whether this is the published package, compiled to JavaScript. npm may have installed other versions beside it than our
 * lock file names, so the package brings along the code of packages, bundled.
 */
const isPacked = import.meta.filename.endsWith('.js')

/** Where `build/pack.ts` leaves what `bundlePackages` made. */
export const packedFile = ({ file }: LazyModule): string => join(ROOT, 'lib', `${file}.json`)

const packed = async (lazy: LazyModule): Promise<Bundle> => JSON.parse(await readFile(packedFile(lazy), 'utf8'))

/** The code of packages. Nothing in it comes from the config. */
export const bundlePackages = ({ entry, file, beside }: LazyModule): Promise<Bundle> =>
  bundled(entry, file, { ...LAMBDA, ...PACKAGES, external: [...beside] }, leanS3Client)

/** @throws BuildError: file, line, and what the target can't take */
async function bundled(entry: string, file: string, options: BuildOptions, plugins: Plugin[]): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    charset: 'utf8',
    // A project that this is installed in may have a tsconfig.json: it is not for us.
    tsconfigRaw: {},
    ...options,
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    legalComments: 'none',
    metafile: true,
    write: false,
    outfile: file,
    logLevel: 'silent',
    plugins,
  }).catch((cause) => {
    throw new BuildError(`${entry} does not build: ${cause.message}`, { code: 'code-does-not-build', cause })
  })
  const packages = await packagesOf(Object.keys(metafile.inputs), ROOT)
  return { file, code: outputFiles?.[0]?.text ?? '', metafile, packages }
}

/** Leaves modules out of the bundle that imports them: that loads each from its own file. */
const separate = (modules: readonly LazyModule[]): Plugin => ({
  name: 'separate',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ path, resolveDir, kind }) => {
      const module = modules.find(({ entry }) => join(resolveDir, path) === join(ROOT, entry))
      return module && kind === 'dynamic-import' ? { path: `./${module.file}`, external: true } : undefined
    })
  },
})

/** Leaves imports of the platform's own modules as they are, or out where nothing of them is used. */
export const platformModules = (names: readonly string[]): Plugin => ({
  name: 'platform-modules',
  setup({ onResolve }) {
    onResolve({ filter: /^[a-z]+$/ }, ({ path }) =>
      names.includes(path) ? { path, external: true, sideEffects: false } : undefined,
    )
  },
})

/** The values of what `edge/flags.d.ts` declares: of what is off, the code is left out. */
export const flagsOf = (rules: Rules): Record<string, unknown> => ({
  ...siteFlags(rules),
  ...imageFlags(rules),
  ...tokenFlags(rules.routes),
})

const siteFlags = ({ canonicalHost, cacheTags, logs, routes, routeTable, placeholders }: Rules) => ({
  HAS_ROUTE_GROUPS: routeTable.groups !== undefined,
  HAS_CANONICAL_HOST: canonicalHost,
  HAS_CACHE_TAGS: cacheTags,
  HAS_LOGS: logs,
  HAS_PLACEHOLDERS: placeholders.some((placeholder) => placeholder !== null),
  HAS_INDEXES: routes.some(({ index }) => index),
  HAS_INDEX_REDIRECTS: routes.some(({ index }) => index?.redirect),
})

const imageFlags = ({ routes, imageRules }: Rules) => ({
  HAS_IMAGES: imageRules.length > 0,
  HAS_CORS: routes.some(({ cors }) => cors),
  HAS_ORIGIN_PATTERNS: routes.some(({ cors }) => cors && cors.origins instanceof RegExp),
  HAS_ESCAPED_NAMES: routes.some(({ query }) => query?.some((name) => NOT_UNRESERVED.test(name))),
  HAS_PARTS: imageRules.some(({ hasParts }) => hasParts),
  HAS_BACKGROUNDS: imageRules.some(({ backgrounds }) => backgrounds),
  HAS_BLURS: imageRules.some(({ blurs }) => blurs),
  HAS_PREVIEWS: imageRules.some(({ requestable }) => requestable.some(isPreview)),
  HAS_RATIO_LISTS: imageRules.some(({ ratios }) => ratios !== null),
  HAS_ALL_RATIOS: imageRules.some(({ ratios }) => ratios === null),
})

/**
 * Puts the rules in their module's place, and says what is known of them before anything runs.
 * @param without a flag that is off, whatever the rules say
 */
export const compiledRules = (rules: Rules, without?: string): Plugin => ({
  name: 'compiled-rules',
  setup({ onLoad, initialOptions }) {
    const flags = Object.entries(flagsOf(rules))
    initialOptions.define = {
      ...initialOptions.define,
      ...Object.fromEntries(
        flags.map(([name, value]) => [name, JSON.stringify(value === undefined || name === without ? false : value)]),
      ),
    }
    onLoad({ filter: /[\\/]edge[\\/]rules\.ts$/ }, () => ({ contents: rulesModule(rules), loader: 'js' }))
  },
})

/**
 * CloudFront Functions runs a script with a function named `handler`; esbuild wrote a module that exports one under
 * a shorter name. The export goes, the function gets its name back, and is `async` only if it awaits something. The
 * platform's module `cloudfront` is imported, first of all, and the others are required: Developer Guide, "JavaScript
 * runtime 2.0 features".
 */
function asScript(module: string): string {
  const program = parseModule(module)
  const { body } = program
  const exported = body.find((node) => node.type === 'ExportNamedDeclaration')
  const [specifier] = exported?.specifiers ?? []
  const local = specifier?.local.type === 'Identifier' ? specifier.local.name : undefined
  const declared = body.find((node) => node.type === 'FunctionDeclaration' && node.id.name === local)
  if (!exported || declared?.type !== 'FunctionDeclaration') {
    const expected = 'a module that exports a function named handler'
    throw new BuildError(`viewer-request: expected ${expected}, found none`, {
      code: 'no-handler',
      expected,
      found: 'none',
    })
  }
  const imports = body.filter((node) => node.type === 'ImportDeclaration')
  const heads = imports.map(({ source, specifiers: [first] }) => {
    const name = first?.local.name
    return source.value === 'cloudfront'
      ? `import ${name} from"cloudfront";`
      : `const ${name}=require(${JSON.stringify(source.value)});`
  })
  const { id } = declared
  const waits = nodesOf(declared).some(({ type }) => type === 'AwaitExpression')
  const edits = [
    ...imports.map(removed),
    { start: declared.start, end: id.end, text: `${waits ? 'async ' : ''}function handler` },
    { start: exported.start, end: module.length, text: '' },
  ]
  return [...heads.toSorted().toReversed(), edited(module, edits)].join('')
}
