/** The answer to `GET site`: what runs on this machine, and what stands behind its origins. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { itemsOf, type Policies } from '../../bundle/policies.ts'
import { type OriginTargets, SAMPLES } from '../host/origin-targets.ts'
import type { LocalTenant } from '../host/tenants.ts'

export type RunningSite = {
  domains: string[]
  /** `https://localhost:8443`; of several tenants, the first one's: `https://shop.localhost:8443`. */
  httpsUrl: string
  httpUrl: string
  /** Names of the edge locations. */
  pops: string[]
  /** In order. `images`: whether its route makes renditions. `keyGroups`: whose signatures open it; empty: it needs none. */
  behaviours: { path: string; origin: string; cached: boolean; images: boolean; keyGroups: string[] }[]
  /** What `Key-Pair-Id` calls each key here, by the name of its group; CloudFront gives them ids of its own. */
  keyPairIds: Record<string, string[]>
  /** `behind`: a URL, a folder, `sample pictures`, or a bucket. */
  origins: { name: string; behind: string }[]
  /** In order; none: the distribution is one for a single site. `behind`: a folder, or where its objects are uploaded. */
  tenants: { id: string; url: string; hostNames: string[]; behind: string }[]
  /** Empty where no bucket holds the sample pictures. */
  samples: SamplePicture[]
}

/** `path`: as a viewer asks for it; sizes in pixels. */
export type SamplePicture = { path: string; width: number; height: number; bytes: number; about: string }

export type SiteParts = {
  policies: Policies
  targets: OriginTargets
  tenants: readonly LocalTenant[]
  /** Names of the edge locations. */
  pops: string[]
  ports: { httpsPort: number; httpPort: number }
}

export async function describeSite({ policies, targets, tenants, pops, ports }: SiteParts): Promise<RunningSite> {
  const isSampled = Object.values(targets.folders).some(({ isSamples }) => isSamples)
  const host = tenants[0]?.hostNames[0] ?? 'localhost'
  const bucket = Object.keys(targets.regions)[0] ?? ''
  return {
    domains: tenants.length > 0 ? tenants.flatMap(({ hostNames }) => hostNames) : policies.domains,
    httpsUrl: `https://${host}:${ports.httpsPort}`,
    httpUrl: `http://${host}:${ports.httpPort}`,
    pops,
    behaviours: policies.behaviours.map(({ path, origin, cachePolicy, trustedKeyGroups }) => {
      const policy = policies.cachePolicies.find(({ Name }) => Name === cachePolicy)
      const names = itemsOf(policy?.ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig.QueryStrings)
      return {
        ...{ path, origin, cached: (policy?.MaxTTL ?? 0) > 0, images: names.includes('fm') && names.includes('w') },
        keyGroups: [...trustedKeyGroups],
      }
    }),
    keyPairIds: Object.fromEntries(
      Object.entries(policies.keyGroups).map(([group, { publicKeys }]) => [group, publicKeys.map(({ name }) => name)]),
    ),
    origins: Object.entries(targets.byOrigin).map(([name, target]) => ({
      name,
      behind:
        target.kind === 'http'
          ? target.url
          : targets.folders[target.bucket]?.isSamples
            ? 'sample pictures'
            : (targets.folders[target.bucket]?.folder ?? `bucket ${target.bucket}`),
    })),
    tenants: tenants.map(({ id, hostNames, prefix, folder }) => ({
      id,
      url: `https://${hostNames[0]}:${ports.httpsPort}`,
      hostNames,
      behind: folder === undefined ? `s3://${bucket}/${prefix}/` : resolve(folder),
    })),
    samples: isSampled ? await readSamples() : [],
  }
}

const readSamples = async (): Promise<SamplePicture[]> => {
  const samples: SamplePicture[] = JSON.parse(await readFile(join(SAMPLES, 'samples.json'), 'utf8'))
  return samples.map((sample) => ({ ...sample, path: `/${sample.path.replace(/^\//, '')}` }))
}
