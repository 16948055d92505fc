import { findPackageJSON } from 'node:module'
import { dirname } from 'node:path'

/** The package's own folder: with all sources and what they read, whether this runs from there or from `lib/`. */
export const ROOT = dirname(findPackageJSON(import.meta.url) ?? import.meta.dirname)
