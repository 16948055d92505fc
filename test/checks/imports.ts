/** Every import of the project, and what `RULES` make of it. */
import { posix } from 'node:path'
import { isSyntax, onceForEach, type Syntax, walk } from './sources.ts'

export type Import = {
  /** A file of the project. */
  from: string
  /** A file of the project, a package, `node:…`, or `COMPUTED`. */
  to: string
  /** It is gone when the types are stripped. */
  isType: boolean
}

export const COMPUTED = '(computed)'

type Rule = {
  /** A file, or a folder with its slash. */
  from: string
  /** What it may import: files, folders with a slash, packages. */
  may: readonly string[]
  /** What it may import besides, for types alone. */
  types?: readonly string[]
}

/** Rules for the rooms of `local/`, each with what it may import besides itself and what all of them may. */
function localRooms(rooms: Record<string, readonly string[]>): Rule[] {
  const all = ['base/', 'bundle/', 'edge/config.ts', 'edge/http-date.ts', 'edge/limits.ts', 'node:']
  return Object.entries(rooms).map(([from, may]) => ({ from, may: [from, ...all, ...may] }))
}

/** What imports what. Rules add up; what none allows is wrong. */
export const RULES: readonly Rule[] = [
  { from: 'edge/', may: ['edge/'] },
  { from: 'viewer-request/', may: ['viewer-request/', 'edge/'] },
  // The platform's own.
  { from: 'viewer-request/platform.ts', may: ['cloudfront'] },
  { from: 'viewer-request/admission.ts', may: ['crypto'] },
  { from: 'viewer-request/signature.ts', may: ['crypto'] },
  { from: 'viewer-request/lambda.ts', may: [], types: ['aws-lambda'] },
  { from: 'viewer-request/lambda-event.ts', may: [], types: ['aws-lambda'] },
  { from: 'origin-request/', may: ['origin-request/', 'edge/'], types: ['aws-lambda'] },
  { from: 'origin-response/', may: ['origin-response/', 'edge/'], types: ['aws-lambda'] },
  { from: 'origin-response/render.ts', may: ['sharp'] },
  { from: 'origin-response/facts.ts', may: [], types: ['sharp'] },
  { from: 'origin-response/missing.ts', may: [], types: ['sharp'] },
  { from: 'origin-response/output.ts', may: [], types: ['sharp'] },
  { from: 'origin-response/preview.ts', may: ['thumbhash'] },
  { from: 'origin-response/source.ts', may: ['@aws-sdk/client-s3'] },
  { from: 'origin-response/memory.ts', may: ['node:v8', 'node:vm'] },
  { from: 'origin-response/allocator.ts', may: ['@koromix/koffi-linux-x64'] },
  { from: 'origin-response/koffi.d.ts', may: ['koffi'] },
  { from: 'origin-response/libheif.ts', may: ['libheif-js'] },
  { from: 'origin-response/heic-worker.ts', may: ['node:worker_threads'] },
  { from: 'origin-response/idle-thread.ts', may: [], types: ['node:worker_threads'] },
  {
    from: 'origin-response/heic.ts',
    may: ['node:fs/promises', 'node:module', 'node:path', 'node:worker_threads'],
  },
  { from: 'origin-response/mend-png.ts', may: ['node:zlib'] },
  // The ground: it knows nothing of what stands on it.
  { from: 'base/', may: ['base/', 'node:'] },
  { from: 'base/media-type.ts', may: ['mrmime'] },
  // The shape of dist/, and its reader.
  { from: 'bundle/', may: ['bundle/', 'base/', 'edge/config.ts', 'edge/limits.ts', 'node:'] },
  { from: 'urls/', may: ['urls/', 'edge/', 'bundle/settings.ts'] },
  // The site in a test's own process: made as build/ makes it, between the rules of local/ that need no workerd.
  {
    from: 'msw/',
    may: [
      ...['msw/', 'base/', 'build/', 'bundle/', 'edge/config.ts', 'local/platform/', 'local/protocol/'],
      ...['node:', 'esbuild', 'msw'],
    ],
  },
  { from: 'msw/triggers.ts', may: [COMPUTED] },
  // For browsers, too.
  { from: 'migrate/', may: ['migrate/', 'urls/'] },
  // For applications in Node. What a browser can use is in urls/.
  {
    from: 'sign/',
    may: [
      ...[
        'sign/',
        'urls/',
        'base/errors.ts',
        'base/optional-package.ts',
        'edge/bounds.ts',
        'edge/path.ts',
        'edge/patterns.ts',
        'edge/token.ts',
        'edge/version.ts',
      ],
      ...['node:crypto', 'node:net'],
    ],
  },
  { from: 'sign/cloudfront.ts', may: ['@aws-sdk/cloudfront-signer'] },
  {
    from: 'sign/presign.ts',
    may: ['base/this-machine.ts', '@aws-sdk/client-s3', '@aws-sdk/s3-request-presigner'],
  },
  {
    from: 'session/',
    may: ['session/', 'sign/', 'base/errors.ts', 'base/this-machine.ts', 'edge/jwk.ts', 'node:crypto'],
    types: ['edge/config.ts', 'jose'],
  },
  { from: 'session/jose.ts', may: ['base/optional-package.ts', 'jose'] },
  // What commands have in common; it knows none of them.
  { from: 'cli/kit/', may: ['cli/kit/', 'base/', 'node:'] },
  {
    from: 'cli/',
    may: ['cli/', 'base/', 'bundle/', 'build/', 'local/', 'deploy/', 'logs/', 'tenants/', 'urls/', 'node:'],
  },
  // Configs in the making, of answers or of a distribution.
  {
    from: 'cli/init/',
    may: ['edge/config.ts', 'edge/limits.ts', 'edge/patterns.ts', 'edge/variant.ts'],
    types: ['@aws-sdk/client-cloudfront'],
  },
  { from: 'cli/init/distribution/template-text.ts', may: ['yaml'] },
  { from: 'cli/init.ts', may: [], types: ['edge/config.ts'] },
  {
    from: 'build/',
    may: [
      'build/',
      'base/',
      'bundle/',
      'cli/kit/',
      'edge/',
      'urls/s3-domains.ts',
      'node:',
      'acorn',
      'esbuild',
      'valibot',
      'yazl',
    ],
  },
  { from: 'build/sbom.ts', may: ['@cyclonedx/cyclonedx-library'] },
  // The config of a user.
  { from: 'build/config.ts', may: [COMPUTED] },
  { from: 'build.mjs', may: ['build/command.ts'] },
  { from: 'edge.config.ts', may: ['edge/config.ts'] },
  // As applications import it.
  { from: 'examples/', may: ['examples/', 'rimlight', 'node:'] },
  {
    from: 'docs/recipes/',
    may: ['docs/recipes/', 'rimlight-app', '@nuxt/image', 'astro', 'next', 'react', 'unpic'],
  },
  // It runs what was built, and reads no source of it but limits and shapes. Its rooms in their order: what passes between
  // Worker and Node, CloudFront's rules that both sides apply, the Workers, what runs in Node, what uses that.
  ...localRooms({
    'local/protocol/': [],
    'local/platform/': ['local/protocol/'],
    // The signature of requests to buckets has one home, beside those who verify it, and so has patience with R2.
    'local/workers/distribution/': [
      ...['local/platform/', 'local/protocol/', 'urls/invalidation.ts'],
      ...['local/workers/s3/signature.ts', 'local/workers/s3/disk-patience.ts'],
    ],
    // It explains an answer of the function by the readings of a path that the function compares.
    'local/workers/distribution/function-answers.ts': ['edge/bounds.ts', 'edge/path.ts'],
    'local/workers/s3/': ['local/platform/', 'local/protocol/'],
    'local/host/': ['local/platform/', 'local/protocol/', 'esbuild', 'miniflare', 'yauzl'],
    'local/listeners/': [
      ...['local/host/aborted-bodies.ts', 'local/host/interim-responses.ts'],
      ...['local/platform/', 'local/protocol/'],
    ],
    'local/console/': [
      ...['local/host/', 'local/listeners/', 'local/platform/', 'local/protocol/'],
      'urls/invalidation.ts',
    ],
    'local/replay/': ['local/host/functions/', 'local/platform/', 'local/protocol/', 'cli/kit/'],
    'local/replay.ts': ['local/replay/', 'cli/kit/'],
    'local/cloudfront.ts': [
      ...['local/console/', 'local/host/', 'local/listeners/', 'local/platform/', 'local/protocol/'],
    ],
    'local/start/': [
      ...['local/cloudfront.ts', 'local/console/site.ts'],
      ...['local/host/folder-lock.ts', 'local/host/origin-headers.ts'],
      ...['local/host/origin-targets.ts', 'local/host/tenants.ts'],
      ...['local/listeners/certificate.ts', 'local/listeners/ports.ts', 'local/platform/', 'local/protocol/'],
      ...['cli/kit/', 'esbuild'],
    ],
    // Where the function looks for a token's key.
    'local/start/key-values.ts': ['edge/token.ts', 'edge/version.ts'],
    'local/start.ts': ['local/start/', 'cli/kit/'],
  }),
  // It runs in a browser.
  { from: 'local/page/', may: ['local/page/'] },
  // It, too, reads of the sources what says limits and shapes, and no more.
  {
    from: 'deploy/',
    may: [
      ...[
        'deploy/',
        'base/',
        'bundle/',
        'cli/kit/',
        'edge/config.ts',
        'edge/image-type.ts',
        'edge/limits.ts',
        'edge/patterns.ts',
        'edge/picture.ts',
      ],
      ...['urls/invalidation.ts', 'urls/s3-domains.ts', 'urls/urls.ts'],
      'node:',
      '@aws-sdk/client-cloudfront',
      '@aws-sdk/client-iam',
      '@aws-sdk/client-kms',
      '@aws-sdk/client-lambda',
      '@aws-sdk/client-s3',
      '@aws-sdk/client-sts',
      'p-map',
    ],
  },
  // The same previews as at the edge.
  {
    from: 'deploy/publish/previews.ts',
    may: [
      ...['origin-response/render.ts', 'origin-response/preview.ts', 'origin-response/plan.ts'],
      ...['origin-response/open-source.ts', 'edge/variant.ts'],
    ],
  },
  {
    from: 'deploy/publish/convert-heic.ts',
    may: ['origin-response/render.ts', 'origin-response/open-source.ts', 'origin-response/heic.ts'],
  },
  {
    from: 'deploy/keys/',
    may: ['@aws-sdk/client-cloudfront-keyvaluestore', '@aws-sdk/signature-v4a', 'edge/token.ts', 'edge/version.ts'],
  },
  { from: 'deploy/template/', may: ['aws-cdk-lib', 'constructs'] },
  // Many distributions of one bundle, by what deploy/ makes of one.
  {
    from: 'tenants/',
    may: [
      ...['tenants/', 'base/', 'bundle/', 'cli/kit/', 'deploy/', 'edge/limits.ts', 'urls/invalidation.ts', 'node:'],
      ...['@aws-sdk/client-cloudfront', 'p-map'],
    ],
  },
  { from: 'tenants/store/postgres.ts', may: ['pg'] },
  { from: 'tenants/store/dynamodb.ts', may: ['@aws-sdk/client-dynamodb'] },
  { from: 'deploy/cdk.ts', may: ['aws-cdk-lib', 'constructs'] },
  // It reads logs, with the rules of the edge; of a bundle it knows the shape, of build/ the compiler of configs.
  {
    from: 'logs/',
    may: [
      ...['logs/', 'base/', 'bundle/', 'build/', 'cli/kit/', 'deploy/aws/', 'edge/', 'urls/', 'node:'],
      ...['@aws-sdk/client-athena', '@aws-sdk/client-s3', 'p-map'],
    ],
  },
  { from: 'logs/database.ts', may: ['@duckdb/node-api'] },
  // What CloudFront makes of a request, for requests of logs.
  {
    from: 'logs/simulate/edge-function.ts',
    may: ['local/platform/cache-key.ts', 'local/platform/function-event.ts', 'local/protocol/'],
  },
  { from: 'logs/report/plots.ts', may: ['echarts'] },
  { from: 'logs/report/echarts.d.ts', may: ['echarts'] },
  { from: 'local/listeners/certificate.ts', may: ['selfsigned'] },
  { from: 'local/listeners/viewer-fetch.ts', may: ['undici'] },
  // The artefact of a Lambda function.
  { from: 'local/host/functions/lambda-runtime.cjs', may: [COMPUTED] },
  { from: 'vitest.config.ts', may: ['vitest', 'node:'] },
  {
    from: 'test/',
    may: [
      ...['test/', 'edge/', 'viewer-request/', 'origin-request/', 'origin-response/'],
      ...[
        'base/',
        'build/',
        'bundle/',
        'cli/',
        'local/',
        'deploy/',
        'logs/',
        'migrate/',
        'msw/',
        'session/',
        'sign/',
        'tenants/',
        'urls/',
      ],
      ...[
        'docs/recipes/',
        'examples/',
        'edge.config.ts',
        'vitest.config.ts',
        'node:',
        'acorn',
        'esbuild',
        'fast-check',
        '@aws-sdk/client-cloudfront',
        '@aws-sdk/client-cloudfront-keyvaluestore',
        '@aws-sdk/client-dynamodb',
        '@aws-sdk/client-iam',
        '@aws-sdk/client-kms',
        '@aws-sdk/client-lambda',
        '@aws-sdk/client-s3',
        '@aws-sdk/client-sts',
        '@aws-sdk/cloudfront-signer',
        '@cyclonedx/cyclonedx-library',
        '@imgix/js-core',
        '@viz-js/viz',
        'axe-core',
        '@actions/languageservice',
        'ajv',
        'aws-cdk-lib',
        'aws-sdk-client-mock',
        'cdk-nag',
        'dt-sql-parser',
        'dynalite',
        'ipx',
        'jose',
        'koffi',
        'miniflare',
        'msw',
        'oxc-parser',
        'pg',
        'playwright-core',
        'sharp',
        'ssim.js',
        'svelte',
        'ts-json-schema-generator',
        'thumbhash',
        'undici',
        'unpic',
        'valibot',
        'vitest',
        'vscode-languageserver-textdocument',
        'yauzl',
        'yazl',
      ],
      COMPUTED,
    ],
    types: ['aws-lambda'],
  },
  { from: 'test/e2e/framework-types.d.ts', may: [], types: ['astro'] },
]

/** All imports of a file, in every form: static, re-exports, dynamic, `require`, types. */
export const importsOf = onceForEach((file, text): Import[] => {
  const found: Import[] = []
  walk(file, text, (node) => {
    const source = sourceOf(node)
    if (source !== undefined) found.push({ from: file, to: target(file, source), isType: isTypeOnly(node) })
  })
  return found
})

/** What a file loads at once: its imports and re-exports that are gone neither with the types nor until they are asked for. */
export const importedAtOnce = onceForEach((file, text): string[] => {
  const found: string[] = []
  walk(file, text, (node) => {
    const isLazy = node.type === 'ImportExpression' || isTypeOnly(node)
    const source = isLazy ? undefined : sourceOf(node)
    if (source !== undefined) found.push(target(file, source))
  })
  return found
})

/** The packages that a file can't be loaded without: of its own imports, of those of the files that it imports, and so on. */
export function packagesAtOnce(entry: string, files: Record<string, string>): string[] {
  const seen = new Set([entry])
  for (const file of seen) {
    if (file in files) for (const to of importedAtOnce(file, files[file] ?? '')) seen.add(to)
  }
  return [...seen].filter((name) => !(name in files) && !name.startsWith('node:')).toSorted()
}

/** The node that names what is imported, or `undefined` where the node imports nothing. */
function sourceOf(node: Syntax): Syntax | undefined {
  const of = (value: unknown) => (isSyntax(value) ? value : undefined)
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return of(node.source)
    case 'TSExternalModuleReference':
      return of(node.expression)
    case 'CallExpression':
      return of(node.callee)?.name === 'require' ? of((node.arguments as unknown[])[0]) : undefined
    default:
      return undefined
  }
}

function isTypeOnly(node: Syntax): boolean {
  const specifiers = (node.specifiers ?? []) as { importKind?: string; exportKind?: string }[]
  const areTypes = specifiers.every(({ importKind, exportKind }) => importKind === 'type' || exportKind === 'type')
  const isType = node.importKind === 'type' || node.exportKind === 'type' || node.type === 'TSImportType'
  return isType || (specifiers.length > 0 && areTypes)
}

/** `vitest/config` is `vitest`, `./path.ts` the file beside. */
function target(file: string, source: Syntax): string {
  if (source.type !== 'Literal') return COMPUTED
  const name = String(source.value)
  if (name.startsWith('.')) return posix.join(posix.dirname(file), name)
  const parts = name.split('/')
  return name.startsWith('node:') ? name : parts.slice(0, name.startsWith('@') ? 2 : 1).join('/')
}

const isIn = (name: string, list: readonly string[]): boolean =>
  list.some((entry) => name === entry || (/[/:]$/.test(entry) && name.startsWith(entry)))

/** One line for each import that no rule allows, or that leads to no file. */
export function wrongImports(files: Record<string, string>): string[] {
  return Object.entries(files).flatMap(([file, text]) => {
    const rules = RULES.filter(({ from }) => isIn(file, [from]))
    if (rules.length === 0) return [`${file}: no rule says what it may import`]
    const may = rules.flatMap((rule) => rule.may)
    const types = rules.flatMap((rule) => rule.types ?? [])
    return importsOf(file, text).flatMap(({ to, isType }) => {
      if (!isIn(to, may) && !(isType && isIn(to, types))) return [`${file} may not import ${to}`]
      return to.includes('/') && !to.startsWith('@') && !to.startsWith('node:') && !(to in files)
        ? [`${file} imports ${to}, which is no file of the project`]
        : []
    })
  })
}

/** Each cycle as its files in order, the first one again at the end. Imports of types count. */
export function cyclesIn(files: Record<string, string>): string[] {
  return circles(
    new Map(Object.entries(files).map(([file, text]) => [file, importsOf(file, text).map(({ to }) => to)])),
  )
}

/** Circles of a graph, given what each node leads to: one at least for each set of nodes that lead to one another. */
function circles(next: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = []
  const finished = new Set<string>()
  const visit = (node: string, trail: readonly string[]): void => {
    const at = trail.indexOf(node)
    if (at >= 0) found.push([...trail.slice(at), node].join(' → '))
    if (at >= 0 || finished.has(node)) return
    for (const to of next.get(node) ?? []) visit(to, [...trail, node])
    finished.add(node)
  }
  for (const node of next.keys()) visit(node, [])
  return found
}

/** Rooms below top folders, by pattern; the first that fits counts. */
const INNER_ROOMS = [/^local\/workers\/[^/]+/, /^local\/[^/]+/, /^deploy\/[^/]+(?=\/)/, /^cli\/kit(?=\/)/]

/**
 * The room that a file belongs to: its top folder, or one of the rooms below it. In `local/`, a file beside a folder of
 * its name belongs to that folder: `local/start.ts` to `local/start`. The commands in `deploy/` are one room: detach is
 * what attach does when it fails.
 */
export function roomOf(file: string): string {
  const path = file.replace(/\.[cm]?[jt]s$/, '')
  const [room] = INNER_ROOMS.flatMap((pattern) => pattern.exec(path)?.[0] ?? [])
  return room ?? path.replace(/\/.*/, '')
}

/** What the rooms of a project import of one another; types count. */
export function roomsOf(files: Record<string, string>) {
  const rooms = new Map(Object.keys(files).map((file) => [roomOf(file), new Set<string>()]))
  let imports = 0
  for (const [file, text] of Object.entries(files)) {
    const room = roomOf(file)
    for (const { to } of importsOf(file, text)) {
      if (!(to in files) || roomOf(to) === room) continue
      imports += 1
      rooms.get(room)?.add(roomOf(to))
    }
  }
  return { rooms, imports }
}

/** Each circle of rooms as its rooms in order, the first one again at the end. */
export function roomCircles(files: Record<string, string>): string[] {
  return circles(new Map([...roomsOf(files).rooms].map(([room, others]) => [room, [...others]])))
}
