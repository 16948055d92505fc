import type { LambdaTrigger, Trigger } from '../edge/limits.ts'
import type { Behaviour } from './policies.ts'

/** An artefact for each trigger; and the second one for viewer-request, which verifies tokens by public keys. */
export type ArtefactName = Trigger | 'viewer-request-lambda'

/** The artefacts that are Lambda functions. */
export type LambdaName = Exclude<ArtefactName, 'viewer-request'>

/** Something of each Lambda function of a bundle. */
export type PerLambda<Value> = Record<LambdaTrigger, Value> & { 'viewer-request-lambda'?: Value }

/** The shape of `dist/manifest.json`: what was built, and how much of each limit it takes. */
export type Manifest = {
  /** sha256 (hex) of `config.json`. */
  config: { sha256: string }
  /** The same of `policies.json`. */
  policies: { sha256: string }
  /** `viewer-request-lambda`: only where a route asks for it; its behaviours have it in the place of the function. */
  artefacts: Record<Trigger, Artefact> & { 'viewer-request-lambda'?: Artefact }
  /** By route pattern: how many variants one version of a source can ever have. */
  variants: Record<string, number>
  /** Of these, how many there are by `rect` alone. */
  parts: Record<string, number>
}

export type Artefact = {
  /** The file's name beside the manifest. */
  file: string
  kind: 'function' | 'lambda'
  runtime: 'cloudfront-js-2.0' | 'nodejs22.x' | 'nodejs24.x'
  handler: 'handler' | 'index.handler'
  bytes: number
  /** Bytes. */
  limit: number
  /** bytes ÷ limit. */
  share: number
  /** sha256 in hex; `codeSha256` is the same in base64, as Lambda reports it. */
  sha256: string
  codeSha256: string
  /** Versions of sharp and libvips, where they are in it. */
  libraries?: Record<string, string>
  /** Lambda alone: MB and seconds. */
  memory?: number
  timeout?: number
}

/** In the order in which a request meets them. */
export const LAMBDA_NAMES: readonly LambdaName[] = ['viewer-request-lambda', 'origin-request', 'origin-response']
export const ARTEFACT_NAMES: readonly ArtefactName[] = ['viewer-request', ...LAMBDA_NAMES]

/** The Lambda functions that a bundle has. */
export const lambdasOf = ({ artefacts }: Manifest): LambdaName[] => LAMBDA_NAMES.filter((name) => name in artefacts)

/** Something made for each of them. */
export const perLambda = <Value>(manifest: Manifest, make: (name: LambdaName) => Value): PerLambda<Value> =>
  Object.fromEntries(lambdasOf(manifest).map((name) => [name, make(name)])) as PerLambda<Value>

/** An artefact that policies name. It is there: `readBundle` has checked the manifest against them. */
export const artefactOf = ({ artefacts }: Manifest, name: ArtefactName): Artefact => artefacts[name] as Artefact

/** What a behaviour has at a trigger: at viewer-request CloudFront allows one of the two. */
export const artefactAt = (trigger: Trigger, { viewerRequest }: Pick<Behaviour, 'viewerRequest'>): ArtefactName =>
  trigger === 'viewer-request' && viewerRequest === 'lambda' ? 'viewer-request-lambda' : trigger
