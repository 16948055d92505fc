/** Holds what was built to the platform's rules before anything is written. */
import { parse } from 'acorn'
import { DISALLOWED_HEADERS, isListed } from '../edge/limits.ts'
import type { Bundle } from './bundle.ts'
import { BuildError } from './error.ts'
import { outsideSubset } from './subset.ts'
import { nodesOf } from './syntax.ts'
import type { Target } from './targets.ts'

/** @throws BuildError saying what is wrong and where */
export function checkCode(target: Target, { code, metafile }: Bundle): void {
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path))
  const undeclared = imports.filter((path) => !target.externals.includes(path))
  if (undeclared.length > 0) {
    throw new BuildError(`${target.trigger} imports ${undeclared.join(', ')}, which build/targets.ts does not declare`)
  }

  const header = stringsIn(code).find((text) => isListed(text, DISALLOWED_HEADERS))
  if (header)
    throw new BuildError(`${target.trigger} names ${header}, a header that no function may add (edge/limits.ts)`)

  if (target.kind === 'function') {
    const findings = outsideSubset(code)
    const list = findings.map(({ line, what }) => `  line ${line}: ${what}`).join('\n')
    if (findings.length > 0) throw new BuildError(`${target.trigger} is outside the engine's subset:\n${list}`)
  }
}

function stringsIn(code: string): string[] {
  return nodesOf(parse(code, { ecmaVersion: 'latest', sourceType: 'script' })).flatMap((node) => {
    const { value, name } = node as { value?: unknown; name?: unknown }
    const inTemplate = node.type === 'TemplateElement' ? (value as { cooked: unknown }).cooked : undefined
    return [value, name, inTemplate].filter((text) => typeof text === 'string')
  })
}

/** @throws BuildError naming the modules that take the most bytes */
export function checkSize(target: Target, bytes: number, { metafile }: Bundle): void {
  if (bytes <= target.limit) return
  const modules = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs))
  const largest = modules.toSorted(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput).slice(0, 10)
  const list = largest.map(([path, { bytesInOutput }]) => `  ${String(bytesInOutput).padStart(9)}  ${path}`).join('\n')
  throw new BuildError(`${target.file} has ${bytes} bytes; the limit is ${target.limit}. What takes them:\n${list}`)
}
