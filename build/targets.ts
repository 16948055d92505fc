/** What is built: one row for each trigger. */
import { FUNCTION_BYTES, LAMBDA_ZIP_BYTES, type Trigger } from '../edge/limits.ts'

export type Target = {
  trigger: Trigger
  kind: 'function' | 'lambda'
  /** Below the project's root. */
  entry: string
  file: string
  /** Bytes of `file`. */
  limit: number
  /** What the artefact may import at run time. */
  externals: readonly string[]
  memory: 'originRequestMemory' | 'originResponseMemory' | null
}

export const TARGETS: readonly Target[] = [
  {
    trigger: 'viewer-request',
    kind: 'function',
    entry: 'viewer-request/index.ts',
    file: 'viewer-request.js',
    limit: FUNCTION_BYTES,
    externals: [],
    memory: null,
  },
  {
    trigger: 'origin-request',
    kind: 'lambda',
    entry: 'origin-request/index.ts',
    file: 'origin-request.zip',
    limit: LAMBDA_ZIP_BYTES,
    externals: [],
    memory: 'originRequestMemory',
  },
  {
    trigger: 'origin-response',
    kind: 'lambda',
    entry: 'origin-response/index.ts',
    file: 'origin-response.zip',
    limit: LAMBDA_ZIP_BYTES,
    externals: [],
    memory: 'originResponseMemory',
  },
]
