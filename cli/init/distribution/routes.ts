/** Behaviours of a distribution as routes of a config. */
import type { CloudFrontBehaviour, NamedBehaviour } from '../../../deploy/attach/behaviours.ts'
import { associationsOf, behavioursOf } from '../../../deploy/attach/behaviours.ts'
import type { Config, Route } from '../../../edge/config.ts'
import { VARIANT_PARAMETERS } from '../../../edge/variant.ts'
import { type CacheFacts, cacheFacts, durationOf, isNone, type Names, namesText } from './cache-facts.ts'
import { corsOf } from './cors.ts'
import { type DistributionFacts, type Note, own } from './facts.ts'
import type { ImportedOrigins } from './origins.ts'

export type ImportedRoutes = { routes: Route[]; keyGroups: NonNullable<Config['keyGroups']>; notes: Note[] }

/** A route, with what it does not say of its behaviour. */
type Part<T> = { value: T; texts: string[] }

export function importedRoutes(found: DistributionFacts, { origins, names }: ImportedOrigins): ImportedRoutes {
  const keyGroups: NonNullable<Config['keyGroups']> = {}
  const notes: Note[] = []
  const routes = behavioursOf(found.distribution.config).map((named, i) => {
    const origin = names.get(named.behaviour.TargetOriginId ?? '') ?? named.behaviour.TargetOriginId ?? ''
    const isS3 = 'bucket' in (origins[origin] ?? {})
    const auth = authOf(named.behaviour, found, keyGroups)
    const { value, texts } = routeOf(named, found, origin, isS3)
    notes.push(...[...texts, ...auth.texts].map((text) => ({ at: `routes[${i}]`, text })))
    return { ...value, ...auth.value }
  })
  addSiteWide(found, routes, origins, notes)
  return { routes, keyGroups, notes }
}

function routeOf(
  { pattern, behaviour }: NamedBehaviour,
  found: DistributionFacts,
  origin: string,
  isS3: boolean,
): Part<Route> {
  const id = behaviour.CachePolicyId ?? ''
  const policy = own(found.policies.cache, id)
  const facts = cacheFacts(behaviour, policy)
  const readsByControl = isS3 && hasControl(found, behaviour)
  const cache = cacheOf(facts, isS3, readsByControl)
  const isNever = cache.value === 'never'
  const query: Part<Partial<Route>> = isNever ? { value: {}, texts: [] } : queryOf(facts.query, isS3)
  const headers: Part<Partial<Route>> = isNever ? { value: {}, texts: [] } : headersOf(facts.headers, isS3)
  const headersId = behaviour.ResponseHeadersPolicyId ?? ''
  const headersPolicy = own(found.policies.responseHeaders, headersId)
  const cors = corsOf(headersPolicy, isS3 && !isNever)
  const unknown = [
    ...(id !== '' && !policy ? [`The cache policy ${id} can't be read; CloudFront's defaults stand here.`] : []),
    ...(headersId !== '' && !headersPolicy
      ? [`The response headers policy ${headersId} can't be read; none of what it sets or removes is here.`]
      : []),
  ]
  return {
    value: {
      path: pattern.startsWith('/') || pattern.startsWith('*') ? pattern : `/${pattern}`,
      origin,
      cache: cache.value,
      ...query.value,
      ...headers.value,
      ...cors.value,
    },
    texts: [
      ...unknown,
      ...cache.texts,
      ...query.texts,
      ...headers.texts,
      ...cors.texts,
      ...(isNever || isNone(facts.cookies)
        ? []
        : [`Cookies in the cache key: ${namesText(facts.cookies)}. Here cookies are dropped on cached routes.`]),
      ...(isNever ? [] : forwardedTexts(behaviour, found)),
      ...behaviourTexts(behaviour, isS3 && !isNever),
    ],
  }
}

function hasControl({ distribution }: DistributionFacts, { TargetOriginId }: CloudFrontBehaviour): boolean {
  const { Origins, OriginGroups } = distribution.config
  const group = OriginGroups?.Items?.find(({ Id }) => Id === TargetOriginId)
  const id = group ? group.Members?.Items?.[0]?.OriginId : TargetOriginId
  const origin = Origins?.Items?.find(({ Id }) => Id === id)
  return Boolean(origin?.OriginAccessControlId || origin?.S3OriginConfig?.OriginAccessIdentity)
}

/** Build's bound for S3 routes: the handlers' short lifetimes have to hold. */
const LEAST_ON_S3_SECONDS = 10

function cacheOf(
  { min, usual, max, headers }: CacheFacts,
  isS3: boolean,
  readsByControl: boolean,
): Part<Route['cache']> {
  // Developer Guide, "Cache content based on request headers": all of them means that nothing is cached.
  if (max === 0 || headers.kind === 'all') {
    if (!readsByControl) return { value: 'never', texts: [] }
    const text =
      "It is not cached. `cache: 'never'` is for presigned URLs, and reads a bucket without an origin access control; a second is the nearest that reads it with one."
    return { value: { default: 0, max: '1s' }, texts: [text] }
  }
  const isLeastTooMuch = isS3 && min > LEAST_ON_S3_SECONDS
  const least = isLeastTooMuch ? 0 : min
  return {
    value: {
      default: durationOf(usual),
      ...(max === 31_536_000 ? {} : { max: durationOf(max) }),
      ...(least === 0 ? {} : { min: durationOf(least) }),
    },
    texts: isLeastTooMuch
      ? [
          `The least time in the cache is ${durationOf(min)}; a bucket's route has ${LEAST_ON_S3_SECONDS} s at most, and none is set.`,
        ]
      : [],
  }
}

/** Names that objects have their versions under; the first is a config's default. */
const VERSIONS = ['v', 'version']

function queryOf(query: Names, isS3: boolean): Part<Partial<Route>> {
  if (query.kind !== 'some') {
    const text = `Query parameters in the cache key: ${namesText(query)}. A config lists them: \`query\` takes those that responses depend on.`
    return { value: isS3 ? {} : { version: null }, texts: [text] }
  }
  const { names } = query
  const isImages = isS3 && ['w', 'fm'].every((name) => names.includes(name))
  const version = VERSIONS.find((name) => names.includes(name)) ?? null
  const isOfImages = (name: string) => isImages && VARIANT_PARAMETERS.some((parameter) => parameter === name)
  const others = names.filter((name) => name !== version && !isOfImages(name))
  return {
    value: {
      ...(version === VERSIONS[0] ? {} : { version }),
      ...(others.length > 0 ? { query: others } : {}),
      ...(isImages ? { images: true } : {}),
    },
    texts: [
      ...(isImages ? ['Parameters of images are in the cache key: `images: true` has the default ladders.'] : []),
      ...(isS3 && version === null ? ['No `v` is in the cache key; without `version: null`, it would be.'] : []),
    ],
  }
}

/** What CloudFront itself, `cors`, or the canonical host stands for. */
const NOT_LISTED = /^(?:accept-encoding|origin|access-control-request-(?:headers|method)|host)$/i

function headersOf(headers: Names, isS3: boolean): Part<Partial<Route>> {
  const names = headers.kind === 'all' ? [] : headers.names
  const left = names.filter((name) => NOT_LISTED.test(name) || isS3)
  const kept = names.filter((name) => !left.includes(name)).map((name) => name.toLowerCase())
  const worth = left.filter((name) => !/^(?:origin|access-control-request-.*)$/i.test(name))
  return {
    value: kept.length > 0 ? { headers: kept } : {},
    texts: worth.length > 0 ? [`Not in the cache key here: ${worth.join(', ')}.`] : [],
  }
}

function forwardedTexts({ OriginRequestPolicyId }: CloudFrontBehaviour, { policies }: DistributionFacts): string[] {
  const id = OriginRequestPolicyId ?? ''
  const policy = own(policies.originRequest, id)
  if (id !== '' && !policy) {
    return [`The origin request policy ${id} can't be read; here what reaches the origin is in the cache key.`]
  }
  if (!policy || policy.Name?.startsWith('rimlight-')) return []
  const forwards = [
    policy.HeadersConfig?.HeaderBehavior !== 'none' && 'headers',
    policy.CookiesConfig?.CookieBehavior !== 'none' && 'cookies',
    policy.QueryStringsConfig?.QueryStringBehavior !== 'none' && 'query parameters',
  ].filter((what) => what !== false)
  if (forwards.length === 0) return []
  return [
    `The origin request policy ${policy.Name} forwards ${forwards.join(', ')}; here what reaches the origin is in the cache key.`,
  ]
}

function behaviourTexts(behaviour: CloudFrontBehaviour, isReadOnly: boolean): string[] {
  const methods = (behaviour.AllowedMethods?.Items ?? []).filter((name) => !['GET', 'HEAD', 'OPTIONS'].includes(name))
  const others = associationsOf(behaviour).filter(({ arn }) => !/[:/]rimlight-/.test(arn))
  return [
    ...others.map(({ event, arn }) => `${event} is ${arn}: attach takes its place with --replace, and nowhere else.`),
    ...(isReadOnly && methods.length > 0 ? [`${methods.join(', ')} are allowed; here they are refused with 405.`] : []),
    ...(behaviour.ViewerProtocolPolicy === 'redirect-to-https'
      ? []
      : [
          `HTTP is ${behaviour.ViewerProtocolPolicy === 'https-only' ? 'refused' : 'served'}; here it is redirected to HTTPS.`,
        ]),
    ...(behaviour.FieldLevelEncryptionId ? ['It has field-level encryption, which a config has not.'] : []),
    ...(behaviour.RealtimeLogConfigArn ? ['It has real-time logs; attach leaves them as they are.'] : []),
  ]
}

/** Its key groups, which are added to the config's. */
function authOf(
  { TrustedKeyGroups, TrustedSigners }: CloudFrontBehaviour,
  { keyGroups: groups }: DistributionFacts,
  keyGroups: NonNullable<Config['keyGroups']>,
): Part<Partial<Route>> {
  const ids = TrustedKeyGroups?.Enabled ? (TrustedKeyGroups.Items ?? []) : []
  const names = ids.map((id) => {
    const { name: given, keys } = own(groups, id) ?? { name: id, keys: [] }
    // CloudFront takes names such as `constructor`, which every object inherits; in a config they would not be fields of their own.
    const name = given in {} ? `group-${id}` : given
    keyGroups[name] = keys.map(({ pem }) => pem.trim())
    return name
  })
  const signers = TrustedSigners?.Enabled
    ? [
        'Trusted signers verify signatures, by keys of whole accounts; a config has key groups in their place: IT IS PUBLIC AS IT STANDS.',
      ]
    : []
  return { value: names.length > 0 ? { auth: { type: 'signed', keyGroups: names } } : {}, texts: signers }
}

/** The default root object, and how long a missing object is one. */
function addSiteWide(
  { distribution }: DistributionFacts,
  routes: Route[],
  origins: Config['origins'],
  notes: Note[],
): void {
  const { DefaultRootObject: root = '', CustomErrorResponses } = distribution.config
  const last = routes.at(-1)
  const isObjects = last && last.cache !== 'never' && 'bucket' in (origins[last.origin] ?? {})
  if (root !== '' && last) {
    const at = `routes[${routes.length - 1}]`
    const index = root.replace(/^\//, '')
    if (isObjects && !index.includes('/')) last.index = index
    const text = isObjects
      ? `The default root object stands for / alone; \`index\` for every path that ends in a slash.`
      : `The default root object is ${root}; it has no route of cached objects to stand on.`
    notes.push({ at, text })
  }
  const errors = CustomErrorResponses?.Items ?? []
  const missing = errors.find(({ ErrorCode }) => ErrorCode === 404) ?? errors.find(({ ErrorCode }) => ErrorCode === 403)
  const seconds = missing?.ErrorCachingMinTTL
  // With 0, the origin's own headers decide; 300 is a route's default.
  if (!seconds || seconds === 300) return
  for (const route of routes) {
    if (route.cache !== 'never' && 'bucket' in (origins[route.origin] ?? {})) route.missing = durationOf(seconds)
  }
}
