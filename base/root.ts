import { findPackageJSON } from 'node:module'
import { dirname } from 'node:path'

/** The folder of the package, whether this file runs from its sources or, compiled, from `lib/`. */
export const ROOT = dirname(findPackageJSON(import.meta.url) ?? import.meta.dirname)
