/** What stands in for each origin on this machine: a folder, the sample pictures, or a server. */

import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { InputError, joinedError, unexpectedInput } from '../../base/errors.ts'
import { ROOT } from '../../base/root.ts'
import { keyPrefix, type Origin } from '../../bundle/policies.ts'
import { DEFAULT_TIMEOUTS, type OriginTimeouts } from '../protocol/origin.ts'
import type { OriginTarget, Signing } from '../protocol/settings.ts'
import type { FolderPlace } from './folders/folder-service.ts'
import type { LocalTenant } from './tenants.ts'

/** A URL; or that with what differs from CloudFront's defaults: 10 s to connect, 30 s to respond, 3 attempts. */
export type OriginOption = string | ({ url: string } & Partial<OriginTimeouts>)

export type OriginTargets = {
  /** By the origin's name. */
  byOrigin: Record<string, OriginTarget>
  /** By bucket name. */
  folders: Record<string, FolderPlace & { isSamples: boolean }>
  /** Of tenants, below their prefixes. */
  tenantFolders: (FolderPlace & { bucket: string; tenant: string })[]
  /** By bucket name. */
  regions: Record<string, string>
  /** An S3-compatible endpoint in place of the embedded buckets. */
  s3Endpoint: string | undefined
}

/** Pictures that the project makes itself. */
export const SAMPLES = join(ROOT, 'local/samples')

/**
 * @param buckets folders by the origin's name; `''` for all S3 origins
 * @param servers by the origin's name
 * @param tenants each with a folder of its own behind its prefix in every embedded bucket
 * @throws InputError naming everything that is wrong
 */
export async function originTargets(
  origins: Record<string, Origin>,
  buckets: Record<string, string>,
  servers: Record<string, OriginOption>,
  tenants: readonly LocalTenant[] = [],
): Promise<OriginTargets> {
  const problems = [...unknownNames(origins, buckets, 'bucket'), ...unknownNames(origins, servers, 'origin')]
  const targets: OriginTargets = { byOrigin: {}, folders: {}, tenantFolders: [], regions: {}, s3Endpoint: undefined }
  for (const [name, { domainName, originPath, s3 }] of Object.entries(origins)) {
    const server = servers[name]
    if (s3) targets.regions[s3.bucket] = s3.region
    if (server !== undefined) {
      const { url, ...timeouts } = typeof server === 'string' ? { url: server } : server
      if (!isHttpUrl(url)) problems.push(noUrl(name, url))
      const base = url.replace(/\/+$/, '')
      targets.byOrigin[name] = {
        kind: 'http',
        url: s3 ? `${base}/${s3.bucket}` : base,
        timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
        ...(s3 ? signingIn(s3.region) : {}),
      }
      if (s3) problems.push(...otherEndpoint(targets, name, base))
      continue
    }
    if (!s3) {
      targets.byOrigin[name] = { kind: 'http', url: `https://${domainName}${originPath}`, timeouts: DEFAULT_TIMEOUTS }
      continue
    }
    targets.byOrigin[name] = { kind: 'bucket', bucket: s3.bucket }
    const folder = buckets[name] ?? buckets['']
    for (const tenant of tenants) {
      if (tenant.folder === undefined) continue
      const place = { folder: resolve(tenant.folder), prefix: `${tenant.prefix}/${keyPrefix(s3.prefix)}` }
      targets.tenantFolders.push({ bucket: s3.bucket, tenant: tenant.id, ...place })
    }
    // Of several tenants, none has the sample pictures.
    if (folder === undefined && tenants.length > 0) continue
    if (folder === undefined) {
      targets.folders[s3.bucket] = { folder: SAMPLES, prefix: keyPrefix(s3.prefix), isSamples: true }
    } else {
      if (!(await isFolder(folder))) problems.push(noFolder(name, folder))
      targets.folders[s3.bucket] = { folder: resolve(folder), prefix: '', isSamples: false }
    }
  }
  if (targets.s3Endpoint !== undefined && placesBehind(targets).size > 0) {
    problems.push(
      new InputError(
        `all S3 origins must be at ${targets.s3Endpoint}, or none: origin-response has one endpoint for all`,
        { code: 'several-s3-endpoints', expected: targets.s3Endpoint, found: 'embedded buckets' },
      ),
    )
  }
  if (problems.length > 0) throw joinedError(problems)
  return targets
}

/** Folders by the buckets in front of them, those of tenants first. */
export function placesBehind({ folders, tenantFolders }: OriginTargets): Map<string, FolderPlace[]> {
  const ofSite = Object.entries(folders).map(([bucket, { folder, prefix }]) => ({ bucket, folder, prefix }))
  const places = Map.groupBy([...tenantFolders, ...ofSite], ({ bucket }) => bucket)
  return new Map(
    [...places].map(([bucket, found]) => [bucket, found.map(({ folder, prefix }) => ({ folder, prefix }))]),
  )
}

function unknownNames(
  origins: Record<string, Origin>,
  given: Record<string, unknown>,
  option: 'bucket' | 'origin',
): InputError[] {
  const possible = Object.entries(origins).filter(([, { s3 }]) => option === 'origin' || s3)
  const names = possible.map(([name]) => name)
  const expected = names.join(', ') || 'none'
  return Object.keys(given)
    .filter((name) => name !== '' && !names.includes(name))
    .map((name) =>
      name in origins
        ? new InputError(`--${option} ${name}: this origin is no bucket; --origin ${name}=URL stands in for it`, {
            code: 'not-a-bucket',
            expected,
            found: name,
          })
        : new InputError(`--${option} ${name}: the config has no such origin, only ${expected}`, {
            code: 'unknown-origin',
            expected,
            found: name,
          }),
    )
}

const URL_EXAMPLE = 'a URL such as http://localhost:3000'

const noUrl = (name: string, found: string) =>
  unexpectedInput({ at: `origin ${name}`, code: 'not-a-url', expected: URL_EXAMPLE, found })

const noFolder = (name: string, found: string) =>
  unexpectedInput({ at: `bucket ${name}`, code: 'folder-not-found', expected: 'a folder', found: `none at ${found}` })

/** Signs with the credentials in the environment: whoever names an endpoint has some for it, or needs none. */
export function signingIn(region: string): { signing?: Signing } {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return {}
  const sessionToken = AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, ...sessionToken }
  return { signing: { region, ...credentials } }
}

/** origin-response has one `AWS_ENDPOINT_URL_S3` for all its buckets. */
function otherEndpoint(targets: OriginTargets, name: string, url: string): InputError[] {
  const expected = targets.s3Endpoint
  targets.s3Endpoint ??= url
  if (expected === undefined || expected === url) return []
  const message = `origin ${name}: all S3 origins must be at one endpoint, found ${url} beside ${expected}`
  return [new InputError(message, { code: 'several-s3-endpoints', expected, found: url })]
}

const isHttpUrl = (url: string) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)

const isFolder = (path: string) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
