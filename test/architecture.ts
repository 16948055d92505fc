/** Draws docs/architecture.svg: `npm run architecture`, after rooms or their imports changed. */
import { join } from 'node:path'
import { replaceFile } from '../base/replace-file.ts'
import { picture } from './architecture/picture.ts'
import { codeFiles, ROOT } from './checks/sources.ts'

const file = 'docs/architecture.svg'
await replaceFile(join(ROOT, file), await picture(codeFiles()))
console.log(`wrote ${file}`)
