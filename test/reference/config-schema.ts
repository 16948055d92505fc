/**
 * The JSON Schema of `edge.config.json`, made of the types and comments of `edge/config.ts`, so that editors complete a config in
 * JSON and say of each field what it does. It is a help for whoever writes: what counts is what `rimlight build` finds.
 */
import { join } from 'node:path'
import { createGenerator, type Schema } from 'ts-json-schema-generator'
import { ROOT } from '../checks/sources.ts'

/** What `$schema` in a config refers to, below the package. */
export const SCHEMA_FILE = 'edge/config.schema.json'

export const schemaText = (schema: Schema): string => `${JSON.stringify(schema, null, 2)}\n`

export function configSchema(): Schema {
  const made = createGenerator({
    path: join(ROOT, 'edge/config.ts'),
    type: 'Config',
    tsconfig: join(ROOT, 'tsconfig.json'),
    // `npm run check` has checked them, by the compiler that the project has.
    skipTypeCheck: true,
  }).createSchema('Config')
  const config = made.definitions?.Config as Schema
  const $schema = { type: 'string', description: 'Where this schema is, for editors.' } as const
  return {
    ...made,
    definitions: { ...made.definitions, Config: { ...config, properties: { $schema, ...config.properties } } },
  }
}
