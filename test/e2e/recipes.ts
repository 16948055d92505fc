/** Recipes as a framework's own bundler takes them: with the packages that they import, in one module. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { compile } from 'svelte/compiler'
import { ROOT } from '../../base/root.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'

/** Below the project's root. */
export const RECIPES = 'docs/recipes'

/** What Svelte's own plugins for bundlers do with a component, for a server. */
const svelte: Plugin = {
  name: 'svelte',
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { js } = compile(await readFile(path, 'utf8'), { filename: path, generate: 'server' })
      return { contents: js.code, loader: 'ts' }
    })
  },
}

/**
 * Runs a program that uses recipes.
 * @param program a module whose imports are packages, and `recipes/…`
 * @param packages a folder with more of them than the project has installed
 * @returns what it exports
 */
export async function runRecipe<Exports>(program: string, packages?: string): Promise<Exports> {
  const outfile = join(await temporaryFolder(), 'recipe.mjs')
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: ROOT, loader: 'tsx' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    jsx: 'automatic',
    alias: { recipes: `./${RECIPES}`, 'rimlight-app/urls': './urls/urls.ts' },
    nodePaths: packages === undefined ? [] : [join(packages, 'node_modules')],
    define: { 'process.env.NODE_ENV': '"production"', 'import.meta.env': '{}' },
    // CommonJS within asks for Node's own modules by `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
    plugins: [svelte],
    logLevel: 'silent',
  })
  await writeFile(outfile, outputFiles[0]?.text ?? '')
  return import(pathToFileURL(outfile).href)
}
