/** docs/config.md: the reference of the config, made of its JSON Schema, and so of the comments in `edge/config.ts`. */
import type { Schema } from 'ts-json-schema-generator'

type Definition = Exclude<Schema, boolean>

export const PAGE_FILE = 'docs/config.md'

const nameOf = ($ref: string): string => decodeURIComponent($ref.split('/').at(-1) ?? '')

/** By name; sections in the order in which the fields of what comes before lead to them. */
export function referencePage(schema: Definition): string {
  const definitions = schema.definitions as Record<string, Definition>
  const order: string[] = []
  const visit = (name: string) => {
    const found = definitions[name]
    if (found === undefined || order.includes(name)) return
    if (isSection(found)) order.push(name)
    for (const next of refsOf(found)) visit(next)
  }
  visit('Config')
  return `${[INTRODUCTION, ...order.map((name) => section(name, definitions))].join('\n\n')}\n`
}

const INTRODUCTION = `# The config, field by field

\`npm run reference\` makes this page of the comments in [edge/config.ts](../edge/config.ts), which an editor shows for each field of
\`edge.config.ts\`. For a config in JSON, it does the same with
\`"$schema": "./node_modules/rimlight/edge/config.schema.json"\`.`

/** An object with fields, and no mere record. */
const isSection = ({ properties }: Definition): boolean => properties !== undefined

function refsOf(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(refsOf)
  if (typeof part !== 'object' || part === null) return []
  return Object.entries(part).flatMap(([key, value]) => (key === '$ref' ? [nameOf(String(value))] : refsOf(value)))
}

function section(name: string, definitions: Record<string, Definition>): string {
  const { description, properties = {}, required = [] } = definitions[name] as Definition
  const rows = Object.entries(properties)
    .filter(([field]) => field !== '$schema')
    .map(([field, shape]) => {
      const { description: about = '' } = shape as Definition
      return `| \`${field}\`${required.includes(field) ? ', required' : ''} | ${cell(shapeText(shape as Definition, definitions))} | ${cell(about)} |`
    })
  return [
    `## ${name}`,
    '',
    ...(description ? [description, ''] : []),
    '| field | shape | |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** Of a value, in a few words of Markdown. */
export function shapeText(shape: Definition, definitions: Record<string, Definition>): string {
  const text = (one: unknown) => shapeText(one as Definition, definitions)
  if (shape.$ref !== undefined) {
    const name = nameOf(shape.$ref)
    const found = definitions[name] as Definition
    return isSection(found) ? `[${name}](#${name.toLowerCase()})` : text(found)
  }
  if (shape.anyOf) return shape.anyOf.map(text).join(' or ')
  if (shape.const !== undefined) return `\`${JSON.stringify(shape.const)}\``
  if (shape.enum) return shape.enum.map((one) => `\`${JSON.stringify(one)}\``).join(' or ')
  if (Array.isArray(shape.items)) return `list of ${shape.items.map(text).join(', ')}`
  if (shape.type === 'array') return `list of ${text(shape.items)}`
  if (shape.type === 'object') return `object of ${text(shape.additionalProperties)}, by name`
  if (shape.pattern !== undefined) return `${shape.type} such as \`${shape.pattern}\``
  return Array.isArray(shape.type) ? shape.type.join(' or ') : String(shape.type)
}
