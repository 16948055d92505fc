/** What is built: one row for each trigger. */

import type { ArtefactName } from '../bundle/manifest.ts'
import { FUNCTION_BYTES, LAMBDA_ZIP_BYTES, type Trigger, VIEWER_LAMBDA } from '../edge/limits.ts'
import type { Rules } from './compile.ts'
import { routesFor, type Verifies } from './token-rules.ts'

export type BuildTarget = {
  name: ArtefactName
  trigger: Trigger
  kind: 'function' | 'lambda'
  /** Below the project's root. */
  entry: string
  /** Which tokens it verifies; null: none. */
  verifies: Verifies | null
  /** What is loaded only when it is needed, each in a file of its own in the zip. */
  lazy: readonly LazyModule[]
  /** The platform's own modules that the code may import; those that it does not use are not in it. */
  modules: readonly string[]
  file: string
  /** Bytes of `file`. */
  limit: number
  /** Of the config; null: a function has none, and the Lambda function at viewer-request the most that it may have. */
  memory: 'originRequestMemory' | 'originResponseMemory' | null
}

export type LazyModule = {
  /** Below the project's root. */
  entry: string
  /** Its name in the zip. */
  file: string
  /** What its packages import, and work without. */
  absent: readonly string[]
  /** What it imports of packages that are in the zip as they are. */
  beside: readonly string[]
  /** Whether a site with these rules has it. */
  isNeeded(rules: Pick<Rules, 'imageRules' | 'imageLimits' | 'placeholders'>): boolean
}

/** The targets of a site: the Lambda function at viewer-request only where tokens have public keys. */
export const targetsFor = ({ keySets }: Pick<Rules, 'keySets'>): BuildTarget[] =>
  TARGETS.filter(({ verifies }) => verifies !== 'public-keys' || keySets.length > 0)

/** The rules that a target is built with. */
export const rulesFor = ({ verifies, kind }: BuildTarget, rules: Rules): Rules =>
  verifies === null
    ? rules
    : { ...rules, routes: routesFor(verifies, rules.routes), logs: rules.logs && kind === 'function' }

export const TARGETS: readonly BuildTarget[] = [
  {
    name: 'viewer-request',
    trigger: 'viewer-request',
    kind: 'function',
    entry: 'viewer-request/index.ts',
    verifies: 'secrets',
    lazy: [],
    modules: ['cloudfront', 'crypto'],
    file: 'viewer-request.js',
    limit: FUNCTION_BYTES,
    memory: null,
  },
  {
    name: 'origin-request',
    trigger: 'origin-request',
    kind: 'lambda',
    entry: 'origin-request/index.ts',
    verifies: null,
    lazy: [],
    modules: [],
    file: 'origin-request.zip',
    limit: LAMBDA_ZIP_BYTES,
    memory: 'originRequestMemory',
  },
  {
    name: 'origin-response',
    trigger: 'origin-response',
    kind: 'lambda',
    entry: 'origin-response/index.ts',
    verifies: null,
    lazy: [
      {
        entry: 'origin-response/transform.ts',
        file: 'transform.js',
        // What sharp imports to compile itself from source.
        absent: ['@img/sharp-libvips-dev/include', '@img/sharp-libvips-dev/cplusplus'],
        beside: ['@koromix/koffi-linux-x64'],
        isNeeded: ({ imageRules }) => imageRules.length > 0,
      },
      {
        entry: 'origin-response/source.ts',
        file: 'source.js',
        absent: [],
        beside: [],
        isNeeded: ({ imageRules, placeholders }) =>
          imageRules.length === 0 && placeholders.some((placeholder) => placeholder !== null),
      },
      {
        // The code of the thread that transform.js starts for a HEIC.
        entry: 'origin-response/heic-worker.ts',
        file: 'heic-worker.js',
        absent: [],
        beside: ['libheif-js/libheif-wasm/libheif.js'],
        isNeeded: ({ imageLimits }) => imageLimits.some(({ heic }) => heic),
      },
    ],
    modules: [],
    file: 'origin-response.zip',
    limit: LAMBDA_ZIP_BYTES,
    memory: 'originResponseMemory',
  },
  {
    name: 'viewer-request-lambda',
    trigger: 'viewer-request',
    kind: 'lambda',
    entry: 'viewer-request/lambda.ts',
    verifies: 'public-keys',
    lazy: [],
    modules: ['crypto'],
    file: 'viewer-request.zip',
    limit: VIEWER_LAMBDA.zipBytes,
    memory: null,
  },
]
