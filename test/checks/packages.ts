/** What `package.json` and `package-lock.json` may hold. */

/** Used by none of the code, and why they are there. */
const EXCEPTIONS: Record<string, string> = {
  node: 'one Node for all scripts: npm puts it before the one of the machine',
  '@arethetypeswrong/cli': 'its command looks at the packed types, in test/bundle',
  publint: 'its command looks at the packed files, there as well',
  '@types/node': 'the types of node:',
  '@cloudflare/workers-types': 'the types of workerd, as local/workers/tsconfig.json says',
  ajv: "the CycloneDX library's validator asks for it",
  'ajv-formats': 'the same',
  'ajv-formats-draft2019': 'the same',
  'react-dom': 'a recipe is rendered by it, in a program that a test puts together',
}

export type Package = {
  name: string
  scripts: Record<string, string>
  exports?: Record<string, { types?: string }>
  dependencies?: Record<string, string>
  devDependencies: Record<string, string>
  peerDependencies?: Record<string, string>
}

/** @param imported packages and built-ins that code imports @param binaries names of commands by package */
export function unused(
  { scripts, dependencies, devDependencies }: Package,
  imported: ReadonlySet<string>,
  binaries: Record<string, readonly string[]>,
): string[] {
  const words = new Set(Object.values(scripts).flatMap((script) => script.split(/\s+/)))
  return Object.keys({ ...dependencies, ...devDependencies }).filter((name) => {
    const isCommand = binaries[name]?.some((binary) => words.has(binary)) ?? false
    const isTyped = name.startsWith('@types/') && imported.has(name.slice('@types/'.length))
    return !imported.has(name) && !isTyped && !isCommand && !(name in EXCEPTIONS)
  })
}

/** A range would resolve to another version on another day, or on another Node. */
export const unpinned = ({ dependencies, devDependencies }: Package): string[] =>
  Object.entries({ ...dependencies, ...devDependencies }).flatMap(([name, version]) =>
    /^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version) ? [] : [`${name}: ${version}`],
  )

/** Where keys of this name are, at whatever depth. */
export function pathsOf(key: string, value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, item]) => [
    ...(name === key ? [`${path}/${name}`] : []),
    ...pathsOf(key, item, `${path}/${name}`),
  ])
}
