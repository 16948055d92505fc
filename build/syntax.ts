import type { Node } from 'acorn'

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

/** A node and everything below it, in the order of the text. */
export const nodesOf = (node: Node): Node[] => [
  node,
  ...Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isNode).flatMap(nodesOf)),
]
