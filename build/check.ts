/** Holds what was built to the platform's rules before anything is written. */
import { isBuiltin } from 'node:module'
import type { Node } from 'acorn'
import { DISALLOWED_HEADERS, isListed } from '../edge/limits.ts'
import type { Bundle } from './bundle.ts'
import { BuildError } from './error.ts'
import type { OptionBytes } from './option-bytes.ts'
import { outsideSubset } from './subset.ts'
import { nodesOf, parseScript } from './syntax.ts'
import type { BuildTarget } from './targets.ts'

/** @throws BuildError saying what is wrong and where */
export function checkCode(target: BuildTarget, { file, code: shipped, plain, metafile, packages }: Bundle): void {
  // In the shipped code a member's name may be the text of a constant, where the checks would not find it.
  const code = plain ?? shipped
  const isOurs = packages.length === 0
  const where = `${target.trigger}, ${file}`
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path))
  const undeclared = imports.filter((path) => !mayImport(target, file, isOurs, path))
  if (undeclared.length > 0) {
    const allowed = isOurs
      ? 'our own code may import the file that it loads later'
      : 'packages may import what Node has'
    const found = undeclared.join(', ')
    throw new BuildError(`${where} imports ${found}; ${allowed}, and nothing else (build/targets.ts)`, {
      code: 'undeclared-import',
      expected: allowed,
      found,
    })
  }

  if (!isOurs && target.kind !== 'function') return
  const nodes = nodesOf(parseScript(code))
  // What packages set are headers of requests to S3, not of responses to CloudFront.
  const header = isOurs && namesSet(nodes).find(({ name }) => isListed(name, DISALLOWED_HEADERS))
  if (header) {
    throw new BuildError(
      `${where}, line ${header.line}: sets ${header.name}, a header that no function may add (edge/limits.ts)`,
      { code: 'disallowed-header', expected: 'headers that a function may add', found: header.name },
    )
  }

  if (target.kind === 'function') {
    const findings = outsideSubset(nodes)
    const list = findings.map(({ line, what }) => `  line ${line}: ${what}`).join('\n')
    if (findings.length > 0) {
      throw new BuildError(`${target.trigger} is outside the engine's subset:\n${list}`, { code: 'outside-subset' })
    }
  }
}

/**
 * Our own code may import the files beside it in the zip, and the platform's modules. Packages may import what Node has; so may
 * our code that loads a package which is in the zip as it is (`LazyModule.beside`).
 */
const mayImport = ({ lazy, modules }: BuildTarget, file: string, isOurs: boolean, path: string): boolean => {
  const beside = lazy.find((module) => module.file === file)?.beside ?? []
  if (beside.includes(path) || (beside.length > 0 && isBuiltin(path))) return true
  return isOurs
    ? modules.includes(path) || lazy.some(({ file }) => path === `./${file}`)
    : isBuiltin(path) || lazy.some(({ absent }) => absent.includes(path))
}

type Parts = Node & {
  name?: string
  value?: unknown
  key?: Parts
  left?: Parts
  property?: Parts
  arguments?: Parts[]
  quasis?: { value: { cooked: string } }[]
}

/**
 * Every name of a property that code sets, and every text that it gives to a function: each could be the name of a
 * header. Headers of the config are elsewhere: they are data, which `validate-headers.ts` checks.
 */
function namesSet(nodes: readonly Parts[]): { name: string; line: number }[] {
  const textOf = ({ value, quasis }: Parts) => value ?? quasis?.[0]?.value.cooked
  return nodes.flatMap((node) => {
    const properties = [node.key, node.left?.property].map(
      (property) => property && (property.name ?? textOf(property)),
    )
    const names = [...properties, ...(node.arguments ?? []).map(textOf)]
    return names.flatMap((name) => (typeof name === 'string' ? [{ name, line: node.loc?.start.line ?? 0 }] : []))
  })
}

/**
 * @param options of the config, and what each takes
 * @throws BuildError naming the modules, and the options, that take the most bytes
 */
export function checkSize(
  target: BuildTarget,
  bytes: number,
  bundles: readonly Bundle[],
  options: readonly OptionBytes[] = [],
): void {
  if (bytes <= target.limit) return
  const outputs = bundles.flatMap(({ metafile }) => Object.values(metafile.outputs))
  const modules = outputs.flatMap(({ inputs }) => Object.entries(inputs))
  const largest = modules.toSorted(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput).slice(0, 10)
  const line = (bytes: number, name: string) => `  ${String(bytes).padStart(9)}  ${name}`
  const advice = 'Code that no route needs is left out. So much less without one of these, on all routes:'
  throw new BuildError(
    [
      `${target.file} has ${bytes} bytes; the limit is ${target.limit}. What takes them:`,
      ...largest.map(([path, { bytesInOutput }]) => line(bytesInOutput, path)),
      ...(options.length > 0 ? [advice, ...options.map(({ option, bytes }) => line(bytes, option))] : []),
    ].join('\n'),
    {
      code: 'artefact-too-large',
      expected: `at most ${target.limit} bytes`,
      found: `${bytes} bytes`,
    },
  )
}
