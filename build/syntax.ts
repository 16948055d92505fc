import { type Node, type Program, parse } from 'acorn'

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

/** A CloudFront Function is a script, not a module, but one that may have imports. */
export const parseScript = (code: string): Program =>
  parse(code, { ecmaVersion: 'latest', sourceType: 'script', allowImportExportEverywhere: true, locations: true })

export const childrenOf = (node: Node): Node[] =>
  Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isNode))

/** A node and everything below it, in the order of the text. */
export const nodesOf = (node: Node): Node[] => [node, ...childrenOf(node).flatMap(nodesOf)]
