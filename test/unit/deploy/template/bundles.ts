/** Bundles of configs without a build: what the template reads of one, with code that says which it is. */
import { createHash } from 'node:crypto'
import { checkConfig } from '../../../../build/config.ts'
import { policiesOf } from '../../../../build/policies.ts'
import type { Artefact } from '../../../../bundle/manifest.ts'
import type { BuiltBundle } from '../../../../bundle/read-bundle.ts'
import type { TemplateOptions } from '../../../../deploy/template/synthesise.ts'
import type { Config } from '../../../../edge/config.ts'
import type { Trigger } from '../../../../edge/limits.ts'

const hash = (content: string | Buffer, encoding: 'hex' | 'base64') =>
  createHash('sha256').update(content).digest(encoding)

const artefact = (trigger: Trigger, content: Buffer): Artefact => ({
  file: trigger === 'viewer-request' ? 'viewer-request.js' : `${trigger}.zip`,
  kind: trigger === 'viewer-request' ? 'function' : 'lambda',
  runtime: trigger === 'viewer-request' ? 'cloudfront-js-2.0' : 'nodejs22.x',
  handler: trigger === 'viewer-request' ? 'handler' : 'index.handler',
  bytes: content.length,
  limit: 10_240,
  share: content.length / 10_240,
  sha256: hash(content, 'hex'),
  codeSha256: hash(content, 'base64'),
  ...(trigger === 'viewer-request' ? {} : { memory: trigger === 'origin-request' ? 128 : 1024, timeout: 30 }),
})

export function bundleOf(config: Config, code: Partial<Record<Trigger, string>> = {}): BuiltBundle {
  const settings = checkConfig(config, 'a config')
  const contentOf = (trigger: Trigger) => Buffer.from(code[trigger] ?? `// ${trigger}`)
  const contents = {
    'viewer-request': contentOf('viewer-request'),
    'origin-request': contentOf('origin-request'),
    'origin-response': contentOf('origin-response'),
  }
  const policies = policiesOf(settings)
  return {
    folder: 'dist',
    settings,
    policies,
    contents,
    manifest: {
      config: { sha256: hash(JSON.stringify(settings), 'hex') },
      policies: { sha256: hash(JSON.stringify(policies), 'hex') },
      artefacts: {
        'viewer-request': artefact('viewer-request', contents['viewer-request']),
        'origin-request': artefact('origin-request', contents['origin-request']),
        'origin-response': artefact('origin-response', contents['origin-response']),
      },
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
