/** The shape of `auth`: who may read a route. */
import * as v from 'valibot'
import { isObject } from '../base/json-values.ts'
import type { KeySource, RouteSettings } from '../bundle/settings.ts'
import type { TokenSource } from '../edge/config.ts'
import { PUBLIC_KEY_ALGORITHMS } from '../edge/jwk.ts'
import { durationSchema, matching, noList, nonEmpty, object, string } from './schema-parts.ts'

const signedAuth = object({
  type: v.literal('signed'),
  keyGroups: nonEmpty(string, 'a list of names of keyGroups'),
})

const ALGORITHMS = ['HS256', ...PUBLIC_KEY_ALGORITHMS] as const

const MAX_LEEWAY_SECONDS = 300

/** RFC 6265, 4.1.1, for the name of a cookie; `parameterName` for the other. */
const tokenSource = v.pipe(
  matching(
    /^(authorization|cookie:[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}|query:[A-Za-z0-9._~-]{1,128})$/,
    "'authorization', 'cookie:NAME' or 'query:NAME'",
  ),
  v.check(
    (source) => !(source.replace(/^\w+:/, '') in {}),
    'a name that is no property of every object, such as cookie:session',
  ),
) as v.GenericSchema<unknown, TokenSource>

const claimName = v.pipe(string, v.nonEmpty('the name of a claim'))

const claimValue = v.lazy((input) =>
  isObject(input)
    ? object({ contains: v.pipe(string, v.nonEmpty('a text')) })
    : v.union([string, v.number(), v.boolean()], "a text, a number, true, false, or { contains: 'text' }"),
) as v.GenericSchema<unknown, string | number | boolean | { contains: string }>

const CLAIMS = 'an object of claims and what they have to be'

const httpsUrl = v.pipe(
  string,
  v.check((text) => URL.canParse(text) && /^https:\/\/[^@]*$/.test(text), "an https: URL, without a user's name"),
)

/** `build/key-files.ts` has put what a file holds in its place. */
const jwks = v.lazy((input) =>
  typeof input === 'string'
    ? v.pipe(
        httpsUrl,
        v.transform((url) => ({ url })),
      )
    : v.object(
        { keys: v.array(v.record(string, v.unknown()), 'a list of keys') },
        'a set of JSON Web Keys (RFC 7517, 5)',
      ),
) as v.GenericSchema<unknown, KeySource>

const tokenAuth = object({
  type: v.literal('jwt'),
  algorithms: nonEmpty(v.picklist(ALGORITHMS, `one of ${ALGORITHMS.join(', ')}`), 'a list of algorithms'),
  jwks: v.optional(v.nullable(jwks), null),
  from: v.optional(nonEmpty(tokenSource, 'a list of places'), ['authorization']),
  issuer: v.optional(v.nullable(claimName), null),
  audience: v.optional(v.nullable(claimName), null),
  exp: v.optional(v.picklist(['required', 'optional'], "'required' or 'optional'"), 'required'),
  leeway: v.optional(
    v.pipe(durationSchema, v.maxValue(MAX_LEEWAY_SECONDS, `a duration of at most ${MAX_LEEWAY_SECONDS}s`)),
    '30s',
  ),
  claims: v.optional(v.pipe(noList(CLAIMS), v.record(claimName, claimValue, CLAIMS)), {}),
  path: v.optional(v.nullable(claimName), null),
  forward: v.optional(v.boolean('true or false'), false),
  redirect: v.optional(v.nullable(httpsUrl), null),
})

/** Picks the shape by `type`, so that an error names the field. */
export const auth = v.lazy((input) => {
  if (input === null) return v.null()
  const type = isObject(input) ? input.type : undefined
  if (type === 'signed') return signedAuth
  return type === 'jwt' ? tokenAuth : v.custom(() => false, "null, { type: 'signed', … } or { type: 'jwt', … }")
}) as v.GenericSchema<unknown, RouteSettings['auth']>
