/** What is built: one row for each trigger. */

import { FUNCTION_BYTES, LAMBDA_ZIP_BYTES, type Trigger } from '../edge/limits.ts'
import type { Rules } from './compile.ts'

export type BuildTarget = {
  trigger: Trigger
  kind: 'function' | 'lambda'
  /** Below the project's root. */
  entry: string
  /** The entry where `auth` on a route asks for more; null: the same. */
  guardedEntry: string | null
  /** What the entry loads only when it is needed: a file of its own in the zip, with sharp's binaries. */
  lazy: LazyModule | null
  /** The platform's own modules that the code may import; those that it does not use are not in it. */
  modules: readonly string[]
  file: string
  /** Bytes of `file`. */
  limit: number
  memory: 'originRequestMemory' | 'originResponseMemory' | null
}

/** `entry`: below the project's root. `file`: in the zip. `absent`: what its packages import and work without. */
export type LazyModule = { entry: string; file: string; absent: readonly string[] }

/** The entry that rules ask for. */
export const entryOf = ({ entry, guardedEntry }: BuildTarget, { routes }: Pick<Rules, 'routes'>): string =>
  routes.some(({ token }) => token) ? (guardedEntry ?? entry) : entry

export const TARGETS: readonly BuildTarget[] = [
  {
    trigger: 'viewer-request',
    kind: 'function',
    entry: 'viewer-request/index.ts',
    guardedEntry: 'viewer-request/guarded.ts',
    lazy: null,
    modules: ['cloudfront', 'crypto'],
    file: 'viewer-request.js',
    limit: FUNCTION_BYTES,
    memory: null,
  },
  {
    trigger: 'origin-request',
    kind: 'lambda',
    entry: 'origin-request/index.ts',
    guardedEntry: null,
    lazy: null,
    modules: [],
    file: 'origin-request.zip',
    limit: LAMBDA_ZIP_BYTES,
    memory: 'originRequestMemory',
  },
  {
    trigger: 'origin-response',
    kind: 'lambda',
    entry: 'origin-response/index.ts',
    guardedEntry: null,
    lazy: {
      entry: 'origin-response/transform.ts',
      file: 'transform.js',
      // sharp's, for compiling itself.
      absent: ['@img/sharp-libvips-dev/include', '@img/sharp-libvips-dev/cplusplus'],
    },
    modules: [],
    file: 'origin-response.zip',
    limit: LAMBDA_ZIP_BYTES,
    memory: 'originResponseMemory',
  },
]
