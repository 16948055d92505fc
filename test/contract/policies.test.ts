/** Configs at random: what the function keeps is what the cache policy keys on, no more and no less. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at } from '../../base/json-values.ts'
import { compile } from '../../build/compile.ts'
import { checkConfig } from '../../build/config.ts'
import { policiesOf } from '../../build/policies.ts'
import type { Policies } from '../../bundle/policies.ts'
import type { RouteSettings, Settings } from '../../bundle/settings.ts'
import { runs } from '../runs.ts'
import { config } from './config-arbitrary.ts'
import { type Handler, loadHandler } from './drivers.ts'
import { type ViewerInput, viewerEvent } from './events.ts'

const CONFIGS = runs(120)
const REQUESTS = 20

type Site = { settings: Settings; policies: Policies; handle: Handler }

const siteOf = async (settings: Settings): Promise<Site> => ({
  settings,
  policies: policiesOf(settings),
  handle: await loadHandler('viewer-request', compile(settings)),
})

const named = (policies: readonly { Name: string }[], name: string | undefined) => {
  const found = policies.filter(({ Name }) => Name === name)
  expect(found.length, `policies named ${name}`).toBe(1)
  return found[0]
}

/** The names in a part of a policy: `[]` for none, the behaviour's own word for all. */
function namesIn(policy: unknown, part: 'QueryStrings' | 'Headers' | 'Cookies'): string[] | string {
  const [section, behaviour] = {
    QueryStrings: ['QueryStringsConfig', 'QueryStringBehavior'],
    Headers: ['HeadersConfig', 'HeaderBehavior'],
    Cookies: ['CookiesConfig', 'CookieBehavior'],
  }[part] as [string, string]
  const kind = at(policy, section, behaviour)
  const list = at(policy, section, part) as { Quantity: number; Items: string[] } | undefined
  if (kind === 'none') return []
  if (kind !== 'whitelist') return String(kind)
  expect(list?.Quantity).toBe(list?.Items.length)
  return list?.Items ?? []
}

function policiesFor({ policies }: Site, index: number) {
  const behaviour = policies.behaviours[index]
  const cache = named(policies.cachePolicies, behaviour?.cachePolicy)
  return {
    cache,
    key: at(cache, 'ParametersInCacheKeyAndForwardedToOrigin'),
    originRequest: named(policies.originRequestPolicies, behaviour?.originRequestPolicy),
  }
}

/** A path of the route: no other route of these configs takes it. */
const pathOf = ({ path }: RouteSettings) => `${path.replaceAll('*', 'a').replaceAll('?', 'b').replace(/^a/, '/a')}.jpg`

const keyOf = async ({ handle }: Site, input: ViewerInput): Promise<string[]> => {
  const query = at(await handle(viewerEvent(input)), 'querystring')
  if (typeof query !== 'string') throw new Error(`no key: ${JSON.stringify(query)}`)
  return query === '' ? [] : query.split('&').map((pair) => pair.split('=', 1)[0] as string)
}

const isCached = (route: RouteSettings) => route.cache !== 'never'

/** Every value that could matter, for every name that could. */
const request = (route: RouteSettings): fc.Arbitrary<string> => {
  const names = [...route.query, route.version ?? 'v', 'v', 'w', 'h', 'q', 'fm', 'fit', 'dpr', 'auto', 'utm', 'id']
  const value = fc.constantFrom('1', '640', '50', 'webp', 'png', 'crop', 'a%20b', '', '%')
  return fc
    .array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 12 })
    .map((pairs) => pairs.map((pair) => pair.join('=')).join('&'))
}

/** For a name in the cache policy, requests of which one should bring it into the key. */
function exhibits(route: RouteSettings, name: string): string[] {
  const qualities = route.images ? route.images.qualities.map((quality) => `q=${quality}`) : []
  if (route.images && name === 'q') return qualities
  if (route.images && name === 'fit') return ['fit=crop&w=640&h=640']
  if (route.images && name === 'fm') return ['fm=png']
  if (route.images && name === 'crop') return ['crop=top&fit=crop&w=640&h=640']
  return [`${name}=1`]
}

describe('function and policies of one config', () => {
  it(`agree, for ${CONFIGS} configs and ${REQUESTS} requests to each route`, async () => {
    const seen = { routes: 0, never: 0, images: 0, names: 0, headers: 0, kept: 0 }
    const property = fc.asyncProperty(config, fc.infiniteStream(fc.nat()), async (input, seeds) => {
      const site = await siteOf(checkConfig(input, 'a config at random'))
      for (const [index, route] of site.settings.routes.entries()) {
        const { key, originRequest, cache } = policiesFor(site, index)
        const names = namesIn(key, 'QueryStrings')
        const headers = namesIn(key, 'Headers')
        const requests = fc.sample(request(route), { numRuns: REQUESTS, seed: Number(seeds.next().value) })
        const inputs = requests.map((query): ViewerInput => ({ uri: pathOf(route), query }))
        seen.routes += 1

        // What reaches the function is what its own route decides on.
        const behaviour = site.policies.behaviours[index]
        expect(behaviour?.path).toBe(route.path)

        // Cookies are in no key, and headers exactly the route's.
        expect(namesIn(key, 'Cookies')).toEqual([])
        expect(headers).toEqual(isCached(route) ? route.headers.toSorted() : [])
        expect(headers.length).toBeLessThanOrEqual(10)
        const sent = Object.fromEntries(route.headers.map((name) => [name, 'x']))
        const passed = await site.handle(viewerEvent({ uri: pathOf(route), headers: sent }))
        for (const name of headers) expect(at(passed, 'headers', name)).toEqual({ value: 'x' })
        seen.headers += headers.length

        if (!isCached(route)) {
          seen.never += 1
          expect(cache).toMatchObject({ MinTTL: 0, DefaultTTL: 0, MaxTTL: 0 })
          expect(names).toEqual([])
          expect(namesIn(originRequest, 'QueryStrings')).toBe('all')
          for (const one of inputs) {
            const { request } = JSON.parse(JSON.stringify(viewerEvent(one)))
            expect(at(await site.handle(viewerEvent(one)), 'querystring')).toEqual(request.querystring)
          }
          continue
        }

        // What the function keeps is in the policy; nothing is in the policy that it can't keep.
        expect(namesIn(originRequest, 'Cookies')).toEqual([])
        expect(names.length).toBeLessThanOrEqual(10)
        for (const one of inputs) {
          const kept = await keyOf(site, one)
          seen.kept += kept.length
          for (const name of kept) expect(names).toContain(name)
        }
        for (const name of names) {
          const inKeys = exhibits(route, name).map((query) => keyOf(site, { uri: pathOf(route), query }))
          expect((await Promise.all(inKeys)).flat(), `${name} in the policy of ${route.path}`).toContain(name)
          seen.names += 1
        }

        // Without it, CloudFront would take `accept` out of `vary`.
        const forwarded = namesIn(originRequest, 'Headers')
        expect(forwarded.includes('accept')).toBe(route.images !== null)
        if (route.images) seen.images += 1
      }
      expectShared(site.policies)
    })
    await fc.assert(property, { numRuns: CONFIGS })
    expect(seen.routes).toBeGreaterThan(2 * CONFIGS)
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(CONFIGS / 6)
  })
})

/** Equal policies are one policy, names are unique, and each is used. */
function expectShared({ cachePolicies, originRequestPolicies, responseHeadersPolicies, behaviours }: Policies): void {
  const used = behaviours.flatMap((one) => [one.cachePolicy, one.originRequestPolicy, one.responseHeadersPolicy])
  const all = [...cachePolicies, ...originRequestPolicies, ...responseHeadersPolicies]
  expect(new Set(all.map(({ Name }) => Name))).toEqual(new Set(used))
  expect(new Set(used).size).toBe(all.length)
  for (const policies of [cachePolicies, originRequestPolicies, responseHeadersPolicies]) {
    const contents = policies.map(({ Name: _, ...content }) => JSON.stringify(content))
    expect(new Set(contents).size).toBe(contents.length)
  }
}
