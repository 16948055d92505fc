/** Bundles of configs without a build: what the template reads of one, with code that says which it is. */
import { createHash } from 'node:crypto'
import { checkConfig } from '../../../../build/config.ts'
import { policiesOf } from '../../../../build/policies.ts'
import { ARTEFACT_NAMES, type Artefact, type ArtefactName, type Manifest } from '../../../../bundle/manifest.ts'
import type { BuiltBundle } from '../../../../bundle/read-bundle.ts'
import type { TemplateOptions } from '../../../../deploy/template/synthesise.ts'
import type { Config } from '../../../../edge/config.ts'

const hash = (content: string | Buffer, encoding: 'hex' | 'base64') =>
  createHash('sha256').update(content).digest(encoding)

/** MB, seconds. */
const SETTINGS: Record<ArtefactName, { memory?: number; timeout?: number }> = {
  'viewer-request': {},
  'viewer-request-lambda': { memory: 128, timeout: 5 },
  'origin-request': { memory: 128, timeout: 30 },
  'origin-response': { memory: 1024, timeout: 30 },
}

const FILES: Record<ArtefactName, string> = {
  'viewer-request': 'viewer-request.js',
  'viewer-request-lambda': 'viewer-request.zip',
  'origin-request': 'origin-request.zip',
  'origin-response': 'origin-response.zip',
}

const artefact = (name: ArtefactName, content: Buffer): Artefact => ({
  file: FILES[name],
  kind: name === 'viewer-request' ? 'function' : 'lambda',
  runtime: name === 'viewer-request' ? 'cloudfront-js-2.0' : 'nodejs22.x',
  handler: name === 'viewer-request' ? 'handler' : 'index.handler',
  bytes: content.length,
  limit: 10_240,
  share: content.length / 10_240,
  sha256: hash(content, 'hex'),
  codeSha256: hash(content, 'base64'),
  ...SETTINGS[name],
})

export function bundleOf(config: Config, code: Partial<Record<ArtefactName, string>> = {}): BuiltBundle {
  const settings = checkConfig(config, 'a config')
  const policies = policiesOf(settings)
  const isVerifying = policies.behaviours.some(({ viewerRequest }) => viewerRequest === 'lambda')
  const contents = ARTEFACT_NAMES.filter((name) => isVerifying || name !== 'viewer-request-lambda').map(
    (name) => [name, Buffer.from(code[name] ?? `// ${name}`)] as const,
  )
  return {
    folder: 'dist',
    settings,
    policies,
    contents: Object.fromEntries(contents) as BuiltBundle['contents'],
    manifest: {
      config: { sha256: hash(JSON.stringify(settings), 'hex') },
      policies: { sha256: hash(JSON.stringify(policies), 'hex') },
      artefacts: Object.fromEntries(
        contents.map(([name, content]) => [name, artefact(name, content)]),
      ) as Manifest['artefacts'],
      variants: {},
      parts: {},
    },
  }
}

export const OPTIONS: TemplateOptions = { buckets: 'existing', originAccess: { kind: 'control' }, staging: false }

/** An API, presigned URLs, a cached folder, pictures: a route of each kind. */
export const CONFIG: Config = {
  domains: ['cdn.example.com', 'img.example.com'],
  origins: {
    photos: { bucket: 'example-photos', region: 'us-east-1' },
    api: { domain: 'api.example.com', path: '/prod' },
  },
  routes: [
    { path: '/projects/*', origin: 'photos', cache: 'never' },
    { path: '/proxy-image/*', origin: 'api', cache: { default: '365d' }, headers: ['authorization'] },
    { path: '/static/*', origin: 'photos', cache: { default: '365d' } },
    { path: '/*', origin: 'photos', cache: {}, images: true },
  ],
}
