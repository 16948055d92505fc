/** What `GET site` says: what runs, and what is behind it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { itemsOf, type Policies } from '../../bundle/policies.ts'
import { type Behind, SAMPLES } from '../host/origin-targets.ts'

export type Site = {
  domains: string[]
  httpsUrl: string
  httpUrl: string
  pops: string[]
  behaviours: { path: string; origin: string; cached: boolean; images: boolean }[]
  origins: { name: string; behind: string }[]
  samples: Sample[]
}

/** `path`: as a viewer asks for it. */
export type Sample = { path: string; width: number; height: number; bytes: number; about: string }

export type SiteParts = {
  policies: Policies
  behind: Behind
  /** Names of the edge locations. */
  pops: string[]
  ports: { httpsPort: number; httpPort: number }
}

export async function siteOf({ policies, behind, pops, ports }: SiteParts): Promise<Site> {
  const isSampled = Object.values(behind.folders).some(({ isSamples }) => isSamples)
  return {
    domains: policies.domains,
    httpsUrl: `https://localhost:${ports.httpsPort}`,
    httpUrl: `http://localhost:${ports.httpPort}`,
    pops,
    behaviours: policies.behaviours.map(({ path, origin, cachePolicy }) => {
      const policy = policies.cachePolicies.find(({ Name }) => Name === cachePolicy)
      const names = itemsOf(policy?.ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig.QueryStrings)
      return { path, origin, cached: (policy?.MaxTTL ?? 0) > 0, images: names.includes('fm') && names.includes('w') }
    }),
    origins: Object.entries(behind.targets).map(([name, target]) => ({
      name,
      behind:
        target.kind === 'http'
          ? target.url
          : behind.folders[target.bucket]?.isSamples
            ? 'sample pictures'
            : (behind.folders[target.bucket]?.folder ?? `bucket ${target.bucket}`),
    })),
    samples: isSampled ? await readSamples() : [],
  }
}

const readSamples = async (): Promise<Sample[]> => {
  const samples: Sample[] = JSON.parse(await readFile(join(SAMPLES, 'samples.json'), 'utf8'))
  return samples.map((sample) => ({ ...sample, path: `/${sample.path.replace(/^\//, '')}` }))
}
