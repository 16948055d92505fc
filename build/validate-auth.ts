/** Who may read: keys that are none, groups that are not there, and tokens that would not be what they seem. */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { isObject } from '../base/json-values.ts'
import { isS3, type RouteSettings, type Settings, type TokenSettings } from '../bundle/settings.ts'
import { isKeyFor, isPrivateKey } from '../edge/jwk.ts'
import { KEY_GROUPS_PER_ACCOUNT, KEY_GROUPS_PER_BEHAVIOUR, KEYS_PER_GROUP } from '../edge/limits.ts'
import { SIGNING_PARAMETERS } from '../edge/signed.ts'
import { OTHER_IMAGE_PARAMETERS, VARIANT_PARAMETERS } from '../edge/variant.ts'
import { type Problem, problem } from './problem.ts'
import { publicKeyAlgorithms } from './token-rules.ts'

/** Developer Guide, "Specify signers that can create signed URLs and signed cookies". */
const PUBLIC_KEY = 'a public key, RSA of 2048 bits or ECDSA P-256, as PEM text or as a file that holds it'

export function keyGroupProblems({ keyGroups }: Settings): Problem[] {
  const groups = Object.entries(keyGroups)
  const found = groups.flatMap(([name, keys]) => {
    const at = `keyGroups.${name}`
    const quota = `at most ${KEYS_PER_GROUP} keys in a group (CloudFront's quota)`
    const many = keys.length > KEYS_PER_GROUP ? [problem(at, quota, keys.length)] : []
    return [...many, ...keys.flatMap((key, i) => keyProblems(key, `${at}[${i}]`))]
  })
  const quota = `at most ${KEY_GROUPS_PER_ACCOUNT} key groups (CloudFront's quota for an account)`
  return groups.length > KEY_GROUPS_PER_ACCOUNT ? [...found, problem('keyGroups', quota, groups.length)] : found
}

function keyProblems(pem: string, path: string): Problem[] {
  const isPrivate = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)
  if (isPrivate)
    return [{ path, expected: `${PUBLIC_KEY}; a private key stays with whoever signs`, found: 'a private key' }]
  const key = tryPublicKey(pem)
  if (key === undefined) return [problem(path, PUBLIC_KEY, pem)]
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key
  const size = details.modulusLength ?? details.namedCurve ?? ''
  const isRight = (type === 'rsa' && size === 2048) || (type === 'ec' && size === 'prime256v1')
  return isRight ? [] : [{ path, expected: PUBLIC_KEY, found: `${type} ${size}`.trim() }]
}

/** A certificate holds a public key too, but CloudFront takes none. */
function tryPublicKey(pem: string): KeyObject | undefined {
  try {
    return /^\s*-----BEGIN PUBLIC KEY-----/.test(pem) ? createPublicKey(pem) : undefined
  } catch {
    return undefined
  }
}

type Context = { settings: Settings; route: RouteSettings; at: string; s3: boolean | undefined }

export function authProblems(context: Context): Problem[] {
  const { settings, route, at } = context
  if (route.auth === null) return []
  if (route.auth.type === 'jwt') return tokenProblems(context, route.auth)
  const { keyGroups } = route.auth
  const names = isObject(settings.keyGroups) ? Object.keys(settings.keyGroups) : []
  const expected = names.length > 0 ? `one of the key groups ${names.join(', ')}` : 'a name that keyGroups defines'
  const unknown = keyGroups.flatMap((name, i) =>
    names.includes(name) ? [] : [problem(`${at}.auth.keyGroups[${i}]`, expected, name)],
  )
  const quota = `at most ${KEY_GROUPS_PER_BEHAVIOUR} key groups on a route (CloudFront's quota)`
  const many =
    keyGroups.length > KEY_GROUPS_PER_BEHAVIOUR ? [problem(`${at}.auth.keyGroups`, quota, keyGroups.length)] : []
  const reserved = `a name that no signed URL has (${SIGNING_PARAMETERS.join(', ')})`
  const taken = namesOf(route).flatMap(({ path, name }) =>
    SIGNING_PARAMETERS.includes(name) ? [problem(`${at}.${path}`, reserved, name)] : [],
  )
  return [...unknown, ...many, ...taken]
}

/** Names of parameters that a route reads, with their places in it. */
const namesOf = ({ query, version }: RouteSettings): { path: string; name: string }[] => [
  ...(version ? [{ path: 'version', name: version }] : []),
  ...query.map((name, i) => ({ path: `query[${i}]`, name })),
]

function tokenProblems({ route, at, s3 }: Context, auth: TokenSettings): Problem[] {
  const found: Problem[] = []
  const add = (field: string, expected: string, value: unknown) =>
    found.push(problem(`${at}.auth.${field}`, expected, value))

  const isShared = auth.algorithms.includes('HS256')
  if (isShared && auth.algorithms.length > 1) {
    const expected = "'HS256' alone, or algorithms with public keys: a public key must never be taken for a secret"
    add('algorithms', expected, auth.algorithms)
  } else if (isShared && auth.jwks) {
    add('jwks', "none with 'HS256': its secrets are in the KeyValueStore, and nowhere else", 'a set of keys')
  } else if (!isShared && !auth.jwks) {
    add('jwks', `the public keys for ${auth.algorithms.join(', ')}, as an https: URL or a file`, undefined)
  }
  if (auth.jwks && 'keys' in auth.jwks) found.push(...jwkProblems(auth.jwks.keys, auth, `${at}.auth.jwks`))

  if (auth.forward && s3 === true) {
    add('forward', 'false on an S3 route: a bucket reads no token', true)
  }
  if (!auth.forward && auth.from.includes('authorization') && route.headers.includes('authorization')) {
    const expected = "no 'authorization': the token is removed before the key is made; auth.forward keeps it"
    found.push(problem(`${at}.headers`, expected, 'authorization'))
  }
  const parameters = [...namesOf(route).map(({ name }) => name), ...(route.images ? IMAGE_PARAMETERS : [])]
  auth.from.forEach((source, i) => {
    const name = source.startsWith('query:') ? source.slice('query:'.length) : ''
    if (parameters.includes(name)) add(`from[${i}]`, 'a parameter that the route does not read for itself', source)
  })
  for (const name of Object.keys(auth.claims)) {
    const own = OWN_FIELDS[name]
    if (own) add(`claims.${name}`, `no '${name}' here: ${own}`, auth.claims[name])
  }
  return found
}

const IMAGE_PARAMETERS: readonly string[] = [...VARIANT_PARAMETERS, ...OTHER_IMAGE_PARAMETERS]

/** Claims that have fields of their own. */
const OWN_FIELDS: Record<string, string> = {
  iss: 'auth.issuer says what it has to be',
  aud: 'auth.audience says what it has to be',
  exp: 'it is checked always; auth.exp says whether it has to be there',
  nbf: 'it is checked always',
}

/** Keys for something else may be there, too. */
function jwkProblems(keys: readonly Record<string, unknown>[], auth: TokenSettings, at: string): Problem[] {
  const algorithms = publicKeyAlgorithms(auth)
  const own = (key: Record<string, unknown>) => algorithms.some((name) => isKeyFor(key, name))
  const found = keys.flatMap((key, i): Problem[] => {
    const path = `${at}.keys[${i}]`
    if (isPrivateKey(key)) {
      return [{ path, expected: 'a public key; a private key stays with whoever signs', found: 'a private key' }]
    }
    return own(key) && !isPublicKey(key) ? [{ path, expected: 'a key whose numbers are one', found: 'none' }] : []
  })
  if (found.length > 0 || keys.some(own)) return found
  return [{ path: at, expected: `a key for ${algorithms.join(' or ')}`, found: `${keys.length} keys for none of them` }]
}

function isPublicKey(key: Record<string, unknown>): boolean {
  try {
    return createPublicKey({ key: key as JsonWebKey, format: 'jwk' }).type === 'public'
  } catch {
    return false
  }
}

/** `redirect` may lead only to hosts that the config names elsewhere, too: domains, APIs, origins of `cors`. */
export function redirectProblems({ domains, origins, routes }: Settings): Problem[] {
  const apis = Object.values(origins).flatMap((origin) => (isS3(origin) ? [] : [origin.domain]))
  const sites = routes.flatMap(({ cors }) => (cors && cors.origins !== '*' ? cors.origins : []))
  // A pattern names no host.
  const named = sites.filter((site) => !site.includes('*')).map((site) => new URL(site).host)
  const hosts = [...new Set([...domains, ...apis, ...named])]
  const expected = `a URL of a host that the config names: ${hosts.join(', ')}`
  return routes.flatMap(({ auth }, i) => {
    if (auth?.type !== 'jwt' || auth.redirect === null || hosts.includes(new URL(auth.redirect).host)) return []
    return [problem(`routes[${i}].auth.redirect`, expected, auth.redirect)]
  })
}

export function stripProblems({ route, at, s3 }: Context): Problem[] {
  if (route.strip === '') return []
  if (s3 === false)
    return [problem(`${at}.strip`, 'none on an API route: its origin gets the path as it is', route.strip)]
  const expected = `what every path of the route begins with, up to a slash: its pattern is '${route.path}'`
  return route.path.startsWith(`${route.strip}/`) ? [] : [problem(`${at}.strip`, expected, route.strip)]
}
