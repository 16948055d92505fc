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

test('every field of the config says what it is', () => {
  const silent = Object.entries(schema.definitions ?? {}).flatMap(([name, definition]) =>
    Object.entries((definition as { properties?: Record<string, { description?: string }> }).properties ?? {})
      .filter(([field, { description }]) => description === undefined && !(name.endsWith('Auth') && field === 'type'))
      .map(([field]) => `${name}.${field}`),
  )
  expect(silent).toEqual([])
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
