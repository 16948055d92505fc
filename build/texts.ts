/** Texts that stand in a module more than once, as constants: a member, too, is found by the text that is its name. */
import type { Node, Program } from 'acorn'
import { childrenOf, edited, type TextEdit } from './syntax.ts'

/** Characters that a constant's name has, as esbuild shortens it, at most. */
const NAME = 2

/**
 * Where that takes fewer bytes, `.length` as `[a]` and `"string"` as `a`, with `a` for a constant: the engine looks up the one as
 * fast as the other. Names of properties that are made stay: what they are made by then is not documented.
 */
export function withTextsNamed(code: string, program: Program): string {
  const uses = usesIn(program)
  const texts = [...new Set(uses.map(({ text }) => text))].flatMap((text) => {
    const own = uses.filter((use) => use.text === text)
    const saved = own.reduce((sum, { start, end, isMember }) => sum + end - start - NAME - (isMember ? 2 : 0), 0)
    return saved > NAME + JSON.stringify(text).length + 2 ? [{ text, own }] : []
  })
  if (texts.length === 0) return code
  const prefix = freeName(code, 'text')
  const edits = texts.flatMap(({ own }, i) =>
    own.map(({ start, end, isMember }) => ({
      start,
      end,
      text: isMember ? `[${prefix}${i}]` : apart(code, start, `${prefix}${i}`, end),
    })),
  )
  const last = program.body.findLast(({ type }) => type === 'ImportDeclaration')
  const start = last?.end ?? 0
  const constants = texts.map(({ text }, i) => `${prefix}${i}=${JSON.stringify(text)}`)
  return edited(code, [{ start, end: start, text: `;var ${constants.join()};` }, ...edits])
}

/** A quote ends the word before it, as in `return"text"`, and the next one begins behind it; a name needs spaces. */
const apart = (code: string, start: number, name: string, end: number): string =>
  `${/[\w$]/.test(code[start - 1] ?? '') ? ' ' : ''}${name}${/[\w$]/.test(code[end] ?? '') ? ' ' : ''}`

/** A name that no number stands behind in there: esbuild, too, tells variables of one name apart by numbers. */
const freeName = (code: string, name: string): string =>
  new RegExp(`${name}\\d`).test(code) ? freeName(code, `${name}_`) : name

type Use = TextEdit & { isMember: boolean }

type Parts = Node & {
  value: Node | string
  computed?: boolean
  directive?: string
  key: Node
  object: Node
  property: Node & { name: string }
}

/** A member's begins at its dot. */
function usesIn(node: Node): Use[] {
  const { type, start, end, value, computed, directive, object, property, key } = node as Parts
  // Both say what they say only as they stand there.
  if (type === 'ImportDeclaration' || directive) return []
  if (type === 'Property') return [...(computed ? usesIn(key) : []), ...usesIn(value as Node)]
  if (type === 'MemberExpression' && !computed) {
    return [...usesIn(object), { start: property.start - 1, end, text: property.name, isMember: true }]
  }
  if (type !== 'Literal') return childrenOf(node).flatMap(usesIn)
  return typeof value === 'string' ? [{ start, end, text: value, isMember: false }] : []
}
