/** Configs at random: what the template's behaviours key on is what the function leaves, no more and no less. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { at } from '../../../../base/json-values.ts'
import { compile } from '../../../../build/compile.ts'
import type { RouteSettings } from '../../../../bundle/settings.ts'
import { config } from '../../../contract/config-arbitrary.ts'
import { type Handler, loadHandler } from '../../../contract/drivers.ts'
import { type ViewerInput, viewerEvent } from '../../../contract/events.ts'
import { runs } from '../../../runs.ts'
import { bundleOf } from './bundles.ts'
import { behavioursOf, policyOf, templateFor } from './templates.ts'

const CONFIGS = runs(30)

/** A path that no other route of these configs takes. */
const pathOf = ({ path }: RouteSettings) => `${path.replaceAll('*', 'a').replaceAll('?', 'b').replace(/^a/, '/a')}.jpg`

/** All that a viewer could ask with: what routes know, what other routes know, what nobody knows. */
function queriesOf(routes: readonly RouteSettings[]): string[] {
  const names = routes.flatMap(({ query, version }) => [...query, ...(version ? [version] : [])])
  const asked = [...new Set([...names, 'v', 'utm_source', 'cb'])].map((name) => `${name}=1`).join('&')
  const images = [
    'w=640&h=640&fit=crop',
    'crop=top&w=640&h=640&fit=crop',
    'w=640',
    'fm=png',
    'dpr=2&w=100',
    'auto=format',
  ]
  const qualities = routes.flatMap(({ images }) => images?.qualities ?? []).map((quality) => `q=${quality}`)
  return [asked, ...images, ...new Set(qualities)].map((query) => `${query}&${asked}`)
}

/** The names of what the function leaves of any of the queries. */
async function keptBy(handle: Handler, uri: string, queries: readonly string[]): Promise<string[]> {
  const names = new Set<string>()
  for (const query of queries) {
    const left = at(await handle(viewerEvent({ uri, query })), 'querystring')
    if (typeof left !== 'string') throw new Error(`not a canonical query: ${JSON.stringify(left)}`)
    const pairs = left === '' ? [] : left.split('&')
    for (const pair of pairs) names.add(decodeURIComponent(pair.split('=', 1)[0] as string))
  }
  return [...names].toSorted()
}

const namesIn = (config: unknown, kind: string, list: string): unknown => {
  const behaviour = at(config, kind)
  return behaviour === 'none' ? [] : behaviour === 'whitelist' ? at(config, list) : behaviour
}

/** Of the headers sent, those that the function passes on. */
const passedBy = async (handle: Handler, input: ViewerInput): Promise<string[]> => {
  const passed = Object.keys(at(await handle(viewerEvent(input)), 'headers') as object)
  return Object.keys(input.headers ?? {}).filter((name) => passed.includes(name))
}

const key = (policy: unknown, ...path: string[]) => at(policy, 'ParametersInCacheKeyAndForwardedToOrigin', ...path)

it(`function and template agree, for each route of ${CONFIGS} configs`, async () => {
  const seen = { cached: 0, never: 0, names: 0, images: 0, headers: 0 }
  const property = fc.asyncProperty(config, async (input) => {
    const bundle = bundleOf(input)
    const handle = await loadHandler('viewer-request', compile(bundle.settings))
    const template = templateFor(bundle)
    const behaviours = behavioursOf(template)
    const { routes } = bundle.settings
    expect(behaviours.map(({ PathPattern }) => PathPattern)).toEqual([
      ...routes.slice(0, -1).map(({ path }) => path),
      undefined,
    ])
    for (const [index, route] of routes.entries()) {
      const behaviour = behaviours[index] as object
      const cache = policyOf(template, behaviour, 'CachePolicy')
      const originRequest = policyOf(template, behaviour, 'OriginRequestPolicy')
      const queryStrings = key(cache, 'QueryStringsConfig')
      const keyed = namesIn(queryStrings, 'QueryStringBehavior', 'QueryStrings')
      const headers = namesIn(key(cache, 'HeadersConfig'), 'HeaderBehavior', 'Headers')
      const forwarded = namesIn(at(originRequest, 'HeadersConfig'), 'HeaderBehavior', 'Headers')
      const cookies = namesIn(key(cache, 'CookiesConfig'), 'CookieBehavior', 'Cookies')
      expect(cookies).toEqual([])

      if (route.cache === 'never') {
        seen.never += 1
        expect([keyed, headers, at(cache, 'MaxTTL')]).toEqual([[], [], 0])
        expect(at(originRequest, 'QueryStringsConfig')).toEqual({ QueryStringBehavior: 'all' })
        expect(forwarded).toBe('allExcept')
        const presigned = viewerEvent({ uri: pathOf(route), query: 'X-Amz-Signature=1&v=1' })
        const { querystring } = presigned.request as { querystring: unknown }
        expect(at(await handle(structuredClone(presigned)), 'querystring')).toEqual(querystring)
        continue
      }
      seen.cached += 1
      expect(keyed, `${route.path}: query`).toEqual(await keptBy(handle, pathOf(route), queriesOf(routes)))
      seen.names += (keyed as string[]).length

      // A header in the key has to reach it: it is what the route says, and the function leaves it.
      const sent = Object.fromEntries(
        [...route.headers, ...bundle.settings.headers.dropRequest].map((name) => [name, 'x']),
      )
      expect(headers, `${route.path}: headers`).toEqual(
        (await passedBy(handle, { uri: pathOf(route), headers: sent })).toSorted(),
      )
      seen.headers += route.headers.length

      expect(forwarded).toEqual([...(route.images ? ['accept'] : []), 'cloudfront-forwarded-proto'])
      expect(namesIn(at(originRequest, 'QueryStringsConfig'), 'QueryStringBehavior', 'QueryStrings')).toEqual([])
      if (route.images) seen.images += 1
    }
  })
  await fc.assert(property, { numRuns: CONFIGS })
  expect(seen.cached).toBeGreaterThan(CONFIGS)
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(CONFIGS / 6)
})
