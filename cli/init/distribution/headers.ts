/** The headers that response headers policies set and remove, which in a config are those of the whole site. */
import type { ResponseHeadersPolicyConfig } from '@aws-sdk/client-cloudfront'
import { responseHeaders } from '../../../build/response-headers.ts'
import type { SecurityHeadersConfig } from '../../../bundle/policies.ts'
import { securityHeaders } from '../../../bundle/security-headers.ts'
import { behavioursOf } from '../../../deploy/attach/behaviours.ts'
import { DEFAULT_DROP_RESPONSE, type HeaderRules } from '../../../edge/config.ts'
import { isListed } from '../../../edge/limits.ts'
import { type DistributionFacts, type Note, own } from './facts.ts'

/** What a config that says nothing of headers sets on all responses. */
const DEFAULTS = responseHeaders({ dropRequest: [], dropResponse: [], setResponse: {} }).filter(
  ({ type }) => type === '',
)

/** A behaviour, and its response headers policy, where it has one. */
type BehaviourPolicy = { pattern: string; policy: ResponseHeadersPolicyConfig | undefined }

export function importedHeaders({ distribution, policies }: DistributionFacts): {
  headers: HeaderRules
  notes: Note[]
} {
  const behaviours = behavioursOf(distribution.config).map(({ pattern, behaviour }) => ({
    pattern,
    policy: own(policies.responseHeaders, behaviour.ResponseHeadersPolicyId ?? ''),
  }))
  const set = setHeaders(behaviours)
  const drop = droppedHeaders(behaviours)
  return { headers: { ...drop.headers, ...set.headers }, notes: [...set.notes, ...drop.notes] }
}

/** What the default behaviour sets, or else the first that sets it; null for what a config would set and nobody does. */
function setHeaders(behaviours: readonly BehaviourPolicy[]): { headers: HeaderRules; notes: Note[] } {
  const sets = behaviours.map(({ pattern, policy }) => ({
    pattern,
    headers: policy ? setBy(policy) : new Map<string, string>(),
  }))
  const usual = sets.at(-1)?.headers ?? new Map<string, string>()
  const names = new Set(sets.flatMap(({ headers }) => [...headers.keys()]))
  const set: Record<string, string | null> = {}
  const notes: Note[] = []
  for (const name of names) {
    const [found] = sets.flatMap(({ headers }) => headers.get(name) ?? [])
    const value = usual.get(name) ?? found ?? ''
    if (DEFAULTS.find((header) => header.name === name)?.value !== value) set[name] = value
    const others = sets.filter(({ headers }) => headers.get(name) !== value).map(({ pattern }) => pattern)
    if (others.length === 0) continue
    notes.push({
      at: 'headers',
      text: `${name} is another, or none, on ${others.join(', ')}; in a config it is one for all.`,
    })
  }
  const added = DEFAULTS.filter(({ name }) => !names.has(name)).map(({ name }) => name)
  for (const name of added) set[name] = null
  if (added.length > 0) {
    const text = `null: the distribution does not set ${added.join(', ')}; without these lines, Rimlight does.`
    notes.push({ at: 'headers', text })
  }
  return { headers: Object.keys(set).length > 0 ? { setResponse: set } : {}, notes }
}

/** What any behaviour removes. */
function droppedHeaders(behaviours: readonly BehaviourPolicy[]): { headers: HeaderRules; notes: Note[] } {
  const removed = behaviours.flatMap(({ policy }) => policy?.RemoveHeadersConfig?.Items ?? [])
  const names = [...new Set(removed.map(({ Header = '' }) => Header.toLowerCase()))]
  const drop = names.filter((name) => !isListed(name, DEFAULT_DROP_RESPONSE))
  if (drop.length === 0) return { headers: {}, notes: [] }
  return {
    headers: { dropResponse: [...drop, ...DEFAULT_DROP_RESPONSE] },
    notes: [
      { at: 'headers', text: '`dropResponse` takes the place of the list of those that are removed by default.' },
    ],
  }
}

/** By name in lower case. The SDK has every field as one that may be missing; CloudFront leaves none out. */
function setBy({ SecurityHeadersConfig, CustomHeadersConfig }: ResponseHeadersPolicyConfig): Map<string, string> {
  const own = (CustomHeadersConfig?.Items ?? []).map(({ Header = '', Value = '' }): [string, string] => [
    Header.toLowerCase(),
    Value,
  ])
  const rows = [...own, ...securityHeaders((SecurityHeadersConfig ?? {}) as SecurityHeadersConfig)]
  // Rimlight adds it to the policies of private routes: it is no header of the site.
  return new Map(rows.filter(([name]) => name !== 'cache-control'))
}
