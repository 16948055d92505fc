/** One trigger's code in one file, with the compiled config in the place of `edge/rules.ts`. */
import { join } from 'node:path'
import { parse } from 'acorn'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'
import { type Rules, rulesModule } from './compile.ts'
import { BuildError } from './error.ts'
import type { Target } from './targets.ts'

export const ROOT = join(import.meta.dirname, '..')

export type Bundle = { code: string; metafile: Metafile }

/** What the CloudFront Functions engine takes beyond ES5; the rest esbuild lowers or refuses. */
export const FUNCTION: BuildOptions = {
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
  minify: true,
}

/** CommonJS, because loading a built-in by `require` takes a tenth of the time that `import` takes; see the decisions. */
const LAMBDA: BuildOptions = { target: 'node22', format: 'cjs', platform: 'node' }

/** @throws BuildError with esbuild's own messages: file, line, and what the engine can't take */
export async function bundle(target: Target, rules: Rules): Promise<Bundle> {
  const result = await build({
    ...(target.kind === 'function' ? FUNCTION : LAMBDA),
    absWorkingDir: ROOT,
    entryPoints: [target.entry],
    bundle: true,
    charset: 'utf8',
    legalComments: 'none',
    external: [...target.externals],
    metafile: true,
    write: false,
    outfile: `${target.trigger}.js`,
    logLevel: 'silent',
    plugins: [compiledRules(rules)],
  }).catch((cause) => {
    throw new BuildError(`${target.trigger} does not build: ${cause.message}`, { cause })
  })
  const text = result.outputFiles[0]?.text ?? ''
  return { code: target.kind === 'function' ? asScript(text) : text, metafile: result.metafile }
}

export const compiledRules = (rules: Rules): Plugin => ({
  name: 'compiled-rules',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]edge[\\/]rules\.ts$/ }, () => ({ contents: rulesModule(rules), loader: 'js' }))
  },
})

/**
 * CloudFront Functions runs a script with a function named `handler`; esbuild wrote a module that exports one under
 * a shorter name. The export goes, and the function gets its name back.
 */
function asScript(module: string): string {
  const { body } = parse(module, { ecmaVersion: 'latest', sourceType: 'module' })
  const exported = body.find((node) => node.type === 'ExportNamedDeclaration')
  const [specifier] = exported?.specifiers ?? []
  const local = specifier?.local.type === 'Identifier' ? specifier.local.name : undefined
  const declared = body.find((node) => node.type === 'FunctionDeclaration' && node.id.name === local)
  if (!exported || declared?.type !== 'FunctionDeclaration') {
    throw new BuildError('viewer-request: expected a module that exports a function named handler, found none')
  }
  const { start, end } = declared.id
  return `${module.slice(0, start)}handler${module.slice(end, exported.start)}`
}
