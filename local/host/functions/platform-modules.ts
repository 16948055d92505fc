/** The modules that CloudFront Functions may ask for, in the engines of this machine. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../../base/root.ts'

/** The text of the module `cloudfront`; what it works with lies in `globalThis.rimlightPlatform`. */
export const CLOUDFRONT_MODULE = readFileSync(join(ROOT, 'local/host/functions/cloudfront-module.js'), 'utf8')

/** Developer Guide, "JavaScript runtime 2.0 features", built-in modules; njs has a `require` of its own. */
const REQUIRE = `import buffer from 'node:buffer'
import crypto from 'node:crypto'
import querystring from 'node:querystring'
const modules = { buffer, crypto, querystring }
globalThis.require = (name) => {
  if (Object.hasOwn(modules, name)) return modules[name]
  throw new Error('Cannot find module "' + name + '"')
}
`

/** For workerd. A function's module comes after `require.js`, which gives it the global. Needs `nodejs_compat`. */
export const PLATFORM_MODULES = [
  { type: 'ESModule' as const, path: 'require.js', contents: REQUIRE },
  { type: 'ESModule' as const, path: 'cloudfront', contents: CLOUDFRONT_MODULE },
]

export const NODE_COMPATIBILITY = { compatibilityDate: '2026-06-01', compatibilityFlags: ['nodejs_compat'] }
