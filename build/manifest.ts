import { createHash } from 'node:crypto'
import type { Artefact, Manifest } from '../bundle/manifest.ts'
import type { Settings } from '../bundle/settings.ts'
import { imageRuleOf } from '../edge/image-rule.ts'
import { LAMBDA_TIMEOUT_SECONDS, VIEWER_LAMBDA } from '../edge/limits.ts'
import type { Package } from './packages.ts'
import type { BuildTarget } from './targets.ts'
import { variantCount } from './variants.ts'

export type Built = {
  target: BuildTarget
  content: Buffer
  /** What is in it besides our own code. */
  packages: Package[]
  /** Versions of sharp and libvips, and of what libvips is made from, where they are in it. */
  libraries?: Record<string, string>
  native?: Record<string, string>
}

/** @param texts of `config.json` and `policies.json` */
export function manifestOf(
  settings: Settings,
  texts: { config: string; policies: string },
  built: readonly Built[],
): Manifest {
  const artefacts = built.map((artefact) => [artefact.target.name, artefactOf(settings, artefact)])
  const counts = settings.routes.flatMap(({ path, images }) =>
    images ? [{ path, ...variantCount(imageRuleOf(images)) }] : [],
  )
  return {
    config: { sha256: sha256(texts.config).toString('hex') },
    policies: { sha256: sha256(texts.policies).toString('hex') },
    artefacts: Object.fromEntries(artefacts),
    variants: Object.fromEntries(counts.map(({ path, variants }) => [path, variants])),
    parts: Object.fromEntries(counts.map(({ path, parts }) => [path, parts])),
  }
}

function artefactOf({ lambda }: Settings, { target, content, libraries }: Built): Artefact {
  const hash = sha256(content)
  const common = {
    file: target.file,
    bytes: content.length,
    limit: target.limit,
    share: content.length / target.limit,
    sha256: hash.toString('hex'),
    codeSha256: hash.toString('base64'),
    ...(libraries ? { libraries } : {}),
  }
  return target.kind === 'function'
    ? { ...common, kind: 'function', runtime: 'cloudfront-js-2.0', handler: 'handler' }
    : {
        ...common,
        kind: 'lambda',
        runtime: lambda.runtime,
        handler: 'index.handler',
        ...(target.memory === null
          ? { memory: VIEWER_LAMBDA.memory, timeout: VIEWER_LAMBDA.timeoutSeconds }
          : { memory: lambda[target.memory], timeout: LAMBDA_TIMEOUT_SECONDS }),
      }
}

const sha256 = (content: string | Buffer): Buffer => createHash('sha256').update(content).digest()
