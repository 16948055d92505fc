/** Makes constants of the texts that a module has several times. Names of members are such texts, too: `a.length` is `a['length']`. */
import type { Node, Program } from 'acorn'
import { childrenOf, edited, type TextEdit } from './syntax.ts'

/** How many characters a constant's name has at most, once esbuild has shortened it. */
const NAME = 2

/**
 * Writes `.length` as `[a]`, and `"string"` as `a`, with a constant `a`, wherever that takes fewer bytes; njs looks up both as fast. Keys
 * of object literals stay: `{[a]: 1}` is not among the syntax that AWS documents for functions.
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

/** A name in the place of a text. It needs a space where a quote needed none: `return"text"` becomes `return a`. */
const apart = (code: string, start: number, name: string, end: number): string =>
  `${/[\w$]/.test(code[start - 1] ?? '') ? ' ' : ''}${name}${/[\w$]/.test(code[end] ?? '') ? ' ' : ''}`

/** A name that the code never has with a number behind it: the constants get numbers, and so do variables that esbuild tells apart. */
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

/** Every text that a constant could stand for. The range of a member's name begins at its dot. */
function usesIn(node: Node): Use[] {
  const { type, start, end, value, computed, directive, object, property, key } = node as Parts
  // The source of an import, and `'use strict'`, have to be texts.
  if (type === 'ImportDeclaration' || directive) return []
  if (type === 'Property') return [...(computed ? usesIn(key) : []), ...usesIn(value as Node)]
  if (type === 'MemberExpression' && !computed) {
    return [...usesIn(object), { start: property.start - 1, end, text: property.name, isMember: true }]
  }
  if (type !== 'Literal') return childrenOf(node).flatMap(usesIn)
  return typeof value === 'string' ? [{ start, end, text: value, isMember: false }] : []
}
