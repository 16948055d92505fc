import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkConfig, loadConfig } from '../../../../../build/config.ts'
import { ConfigError } from '../../../../../build/error.ts'
import { configText } from '../../../../../cli/init/config-text.ts'
import { importedConfig } from '../../../../../cli/init/distribution/import.ts'
import type { Config } from '../../../../../edge/config.ts'
import { runs } from '../../../../runs.ts'
import { temporaryFolder } from '../../../local/fixture.ts'
import { distributionFacts, PUBLIC_KEY } from './distributions.ts'

const problemsOf = (config: Config) => {
  try {
    checkConfig(config, 'a config')
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems
  }
}

/** Paths that CloudFront compares as they come and Rimlight makes canonical: a private route stays there, and is refused. */
const NEVER_MATCHES = /\/\/|"/

describe('of whatever CloudFront takes, the config', () => {
  it('builds, but for private routes of paths that there are not', () => {
    fc.assert(
      fc.property(distributionFacts, (facts) => {
        const { config } = importedConfig(facts)
        const problems = problemsOf(config).filter(({ found }) => !NEVER_MATCHES.test(found))
        expect(problems).toEqual([])
      }),
      { numRuns: runs(300) },
    )
  })

  it('is private where the distribution is', () => {
    fc.assert(
      fc.property(distributionFacts, (facts) => {
        const { CacheBehaviors, DefaultCacheBehavior } = facts.distribution.config
        const { routes } = importedConfig(facts).config
        const isPrivate = (trusted: { Enabled?: boolean | undefined } | undefined) => trusted?.Enabled === true
        const seen = new Set<string>()
        for (const { PathPattern = '', TrustedKeyGroups } of CacheBehaviors?.Items ?? []) {
          const path = /^[/*]/.test(PathPattern) ? PathPattern : `/${PathPattern}`
          // CloudFront takes `api/*` for `/api/*`: of two, the first decides.
          if (seen.has(path)) continue
          seen.add(path)
          const route = routes.find((one) => one.path === path)
          if (route && path !== '/*') expect(Boolean(route.auth)).toBe(isPrivate(TrustedKeyGroups))
        }
        const isTaken = (CacheBehaviors?.Items ?? []).some(({ PathPattern }) => /^\/?\*+$/.test(PathPattern ?? ''))
        if (!isTaken) expect(Boolean(routes.at(-1)?.auth)).toBe(isPrivate(DefaultCacheBehavior?.TrustedKeyGroups))
      }),
      { numRuns: runs(300) },
    )
  })

  it('is the same as a file', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'edge.config.ts')
    for (const facts of fc.sample(distributionFacts, { numRuns: runs(8), seed: 15 })) {
      const { config, comments } = importedConfig(facts)
      if (problemsOf(config).length > 0) continue
      await writeFile(file, configText(config, comments))
      expect(await loadConfig(file)).toEqual(checkConfig(config, 'a config'))
    }
  })
})

const BEHAVIOUR = { TargetOriginId: 'a', ViewerProtocolPolicy: 'redirect-to-https' as const }

/** Of a bucket, and what is given besides. */
const imported = (change: Partial<DistributionConfig>, policies: object = {}) =>
  importedConfig({
    distribution: {
      id: 'EDFDVBD6EXAMPLE',
      domain: 'd1.cloudfront.net',
      config: {
        CallerReference: '',
        Comment: '',
        Enabled: true,
        Origins: {
          Quantity: 1,
          Items: [{ Id: 'a', DomainName: 'a-b.s3.eu-west-1.amazonaws.com', OriginAccessControlId: 'E2' }],
        },
        DefaultCacheBehavior: BEHAVIOUR,
        ...change,
      },
    },
    policies: { cache: {}, originRequest: {}, responseHeaders: {}, ...policies },
    keyGroups: { kg: { name: 'site', keys: [{ id: 'K', pem: PUBLIC_KEY }] } },
  })

const behaviours = (...patterns: string[]) => ({
  CacheBehaviors: { Quantity: patterns.length, Items: patterns.map((PathPattern) => ({ ...BEHAVIOUR, PathPattern })) },
})

describe('what is left out', () => {
  const pathsOf = ({ config }: { config: Config }) => config.routes.map(({ path }) => path)

  it('a route that an earlier one takes first', () => {
    const found = imported(behaviours('*.jpg', '/a/*.jpg', '/b/*'))
    expect(pathsOf(found)).toEqual(['*.jpg', '/b/*', '/*'])
    expect(found.notes).toContain(
      'routes: path: "/a/*.jpg" is left out, and so is its route; a config takes a path that routes[0] (\'*.jpg\') does not take first.',
    )
    // What was said of routes behind it stands before them still.
    expect(Object.keys(found.comments)).not.toContain('routes[3]')
  })

  it('all that is behind `*`, which is called `/*` then', () => {
    const found = imported(behaviours('/a/*', '*', '/b/*'))
    expect(pathsOf(found)).toEqual(['/a/*', '/*'])
    expect(problemsOf(found.config)).toEqual([])
  })

  it('not a private route, even where no path is one of its', () => {
    const [private_, ...others] = behaviours('//a', '/b').CacheBehaviors.Items
    const TrustedKeyGroups = { Enabled: true, Quantity: 1, Items: ['kg'] }
    const Items = [{ ...BEHAVIOUR, PathPattern: '//a', ...private_, TrustedKeyGroups }, ...others]
    const found = imported({ CacheBehaviors: { Quantity: 2, Items } })
    expect(pathsOf(found)).toEqual(['//a', '/b', '/*'])
    expect(problemsOf(found.config)).toMatchObject([{ path: 'routes[0].path' }])
  })

  it('names that a config has no room for, each with a note', () => {
    const cache = {
      c: {
        Name: 'c',
        MinTTL: 0,
        ParametersInCacheKeyAndForwardedToOrigin: {
          QueryStringsConfig: {
            QueryStringBehavior: 'whitelist',
            QueryStrings: { Quantity: 3, Items: ['a b', 'page', 'ü'] },
          },
        },
      },
    }
    const found = imported({ DefaultCacheBehavior: { ...BEHAVIOUR, CachePolicyId: 'c' } }, { cache })
    expect(found.config.routes).toMatchObject([{ query: ['page'] }])
    expect(found.notes.filter((note) => note.includes('left out'))).toEqual([
      expect.stringMatching(/^routes\[0\]: query: "a b" is left out; a config takes a parameter name of letters/),
      expect.stringMatching(/^routes\[0\]: query: "ü" is left out; a config takes a parameter name of letters/),
    ])
  })

  it('a host name that is none, where none is left CloudFront’s own stands there', () => {
    const found = imported({ Aliases: { Quantity: 1, Items: ['a_b.example.com'] } })
    expect(problemsOf(found.config)).toEqual([])
    expect(found.config.domains).toEqual(['d1.cloudfront.net'])
  })
})

it('what many routes have in common is told once', () => {
  const patterns = Array.from({ length: 9 }, (_, i) => `/p${i}/*`)
  const { notes } = imported(behaviours(...patterns))
  expect(notes).toContain('routes[0] to routes[9]: No `v` is in the cache key; without `version: null`, it would be.')
})
