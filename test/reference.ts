/** Writes docs/config.md: `npm run reference`, after a field of the config or its comment changed. */
import { join } from 'node:path'
import { replaceFile } from '../base/replace-file.ts'
import { configSchema } from '../build/config-schema.ts'
import { ROOT } from './checks/sources.ts'
import { referencePage } from './reference/page.ts'

const file = 'docs/config.md'
await replaceFile(join(ROOT, file), referencePage(configSchema()))
console.log(`wrote ${file}`)
