import { Ajv } from 'ajv'
import { describe, expect, it, test } from 'vitest'
import config from '../../edge.config.ts'
import { configSchema, SCHEMA_FILE, schemaText } from '../reference/config-schema.ts'
import { PAGE_FILE, referencePage } from '../reference/page.ts'
import { textOf } from './sources.ts'

const schema = configSchema()

test('page and schema are those of the config as it is: `npm run reference` makes them anew', () => {
  expect(textOf(PAGE_FILE)).toBe(referencePage(schema))
  expect(textOf(SCHEMA_FILE)).toBe(schemaText(schema))
})

type Shape = { description?: string; properties?: Record<string, Shape>; required?: string[] }

/** Every field, those of objects inside of shapes included: what an editor shows for it, and whether a config may lack it. */
function fieldsOf(shape: Shape, name: string): { name: string; about: string; isOptional: boolean }[] {
  const { properties = {}, required = [] } = shape
  const own = Object.entries(properties).map(([field, { description: about = '' }]) => ({
    name: `${name}.${field}`,
    about,
    isOptional: !required.includes(field),
  }))
  const nested = Object.entries(shape).flatMap(([key, part]) =>
    typeof part === 'object' && part !== null
      ? fieldsOf(part as Shape, key === 'properties' ? name : `${name}.${key}`)
      : [],
  )
  return [...own, ...nested]
}

describe('every field of the config says', () => {
  const fields = Object.entries(schema.definitions ?? {}).flatMap(([name, shape]) => fieldsOf(shape as Shape, name))

  it('what it is', () => {
    expect(fields.length).toBeGreaterThan(80)
    expect(fields.filter(({ about }) => about === '').map(({ name }) => name)).toEqual([])
  })

  it('what it is by default, where a config may lack it', () => {
    const lacking = fields.filter(({ about, isOptional }) => isOptional && !/\bdefault\b/i.test(about))
    expect(lacking.map(({ name }) => name)).toEqual(['Config.$schema'])
  })
})

describe('the schema', () => {
  const isConfig = new Ajv({ strict: false }).compile(JSON.parse(schemaText(schema)))
  const good = JSON.parse(JSON.stringify(config))

  it('takes the config of the project, and the line that names the schema', () => {
    expect([isConfig(good), isConfig.errors]).toEqual([true, null])
    expect(isConfig({ $schema: './node_modules/rimlight/edge/config.schema.json', ...good })).toBe(true)
  })

  it('does not take a name that is no field, nor a value of another shape', () => {
    expect(isConfig({ ...good, orgins: {} })).toBe(false)
    expect(isConfig({ ...good, domains: 'cdn.example.com' })).toBe(false)
    expect(isConfig({ domains: good.domains, origins: good.origins })).toBe(false)
  })
})
