/** Writes docs/config.md and edge/config.schema.json: `npm run reference`, after a field of the config or its comment changed. */
import { join } from 'node:path'
import { replaceFile } from '../base/replace-file.ts'
import { ROOT } from './checks/sources.ts'
import { configSchema, SCHEMA_FILE, schemaText } from './reference/config-schema.ts'
import { PAGE_FILE, referencePage } from './reference/page.ts'

const schema = configSchema()
const files = { [PAGE_FILE]: referencePage(schema), [SCHEMA_FILE]: schemaText(schema) }
for (const [file, text] of Object.entries(files)) {
  await replaceFile(join(ROOT, file), text)
  console.log(`wrote ${file}`)
}
