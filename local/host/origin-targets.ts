/** What stands behind each origin on this machine: a folder, the sample pictures, or a server. */

import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { InputError } from '../../base/errors.ts'
import { ROOT } from '../../base/root.ts'
import type { Origin } from '../../bundle/policies.ts'
import { DEFAULT_TIMEOUTS, type OriginTarget, type OriginTimeouts, type Signing } from '../protocol/settings.ts'
import type { FolderPlace } from './folders/folder-service.ts'

export type OriginOption = string | ({ url: string } & Partial<OriginTimeouts>)

export type Behind = {
  targets: Record<string, OriginTarget>
  /** By bucket name. */
  folders: Record<string, FolderPlace & { isSamples: boolean }>
  /** By bucket name. */
  regions: Record<string, string>
  /** An S3-compatible endpoint in place of the embedded buckets. */
  s3Endpoint: string | undefined
}

/** Pictures that the project makes itself. */
export const SAMPLES = join(ROOT, 'local/samples')

/** @throws InputError naming everything that can't be */
export async function behindOrigins(
  origins: Record<string, Origin>,
  buckets: Record<string, string>,
  servers: Record<string, OriginOption>,
): Promise<Behind> {
  const problems = [...unknownNames(origins, buckets, 'bucket'), ...unknownNames(origins, servers, 'origin')]
  const behind: Behind = { targets: {}, folders: {}, regions: {}, s3Endpoint: undefined }
  for (const [name, { domainName, originPath, s3 }] of Object.entries(origins)) {
    const server = servers[name]
    if (s3) behind.regions[s3.bucket] = s3.region
    if (server !== undefined) {
      const { url, ...timeouts } = typeof server === 'string' ? { url: server } : server
      if (!isHttpUrl(url)) problems.push(`origin ${name}: expected a URL such as http://localhost:3000, found ${url}`)
      const base = url.replace(/\/+$/, '')
      behind.targets[name] = {
        kind: 'http',
        url: s3 ? `${base}/${s3.bucket}` : base,
        timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
        ...(s3 ? signingIn(s3.region) : {}),
      }
      if (s3) problems.push(...sameEndpoint(behind, name, base))
      continue
    }
    if (!s3) {
      behind.targets[name] = { kind: 'http', url: `https://${domainName}${originPath}`, timeouts: DEFAULT_TIMEOUTS }
      continue
    }
    behind.targets[name] = { kind: 'bucket', bucket: s3.bucket }
    const folder = buckets[name] ?? buckets['']
    if (folder === undefined) {
      behind.folders[s3.bucket] = { folder: SAMPLES, prefix: keyPrefix(s3.prefix), isSamples: true }
    } else {
      if (!(await isFolder(folder))) problems.push(`bucket ${name}: expected a folder, found none at ${folder}`)
      behind.folders[s3.bucket] = { folder: resolve(folder), prefix: '', isSamples: false }
    }
  }
  if (behind.s3Endpoint !== undefined && Object.keys(behind.folders).length > 0) {
    problems.push(`all S3 origins must be at ${behind.s3Endpoint}, or none: origin-response has one endpoint for all`)
  }
  if (problems.length > 0) throw new InputError(problems.join('\n'))
  return behind
}

/** `/site/%C3%A9t%C3%A9` → `site/été/`, as keys begin. */
const keyPrefix = (path: string) => (path === '' ? '' : `${decodeURIComponent(path.slice(1))}/`)

function unknownNames(origins: Record<string, Origin>, given: Record<string, unknown>, option: 'bucket' | 'origin') {
  const possible = Object.entries(origins).filter(([, { s3 }]) => option === 'origin' || s3)
  const names = possible.map(([name]) => name)
  return Object.keys(given)
    .filter((name) => name !== '' && !names.includes(name))
    .map((name) =>
      name in origins
        ? `--${option} ${name}: this origin is no bucket; --origin ${name}=URL stands in for it`
        : `--${option} ${name}: the config has no such origin, only ${names.join(', ') || 'none'}`,
    )
}

/** Whoever runs this names an endpoint and has credentials for it, or needs none. */
export function signingIn(region: string): { signing?: Signing } {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return {}
  const sessionToken = AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, ...sessionToken }
  return { signing: { region, ...credentials } }
}

/** origin-response has one `AWS_ENDPOINT_URL_S3` for all its buckets. */
function sameEndpoint(behind: Behind, name: string, url: string): string[] {
  const earlier = behind.s3Endpoint
  behind.s3Endpoint ??= url
  return earlier === undefined || earlier === url
    ? []
    : [`origin ${name}: all S3 origins must be at one endpoint, found ${url} beside ${earlier}`]
}

const isHttpUrl = (url: string) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)

const isFolder = (path: string) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
