/** The shape of a config file, its defaults, and what each value becomes: durations in seconds, names in lower case. */

import * as v from 'valibot'
import { isObject } from '../base/json-values.ts'
import type { ApiOriginSettings, S3OriginSettings, Settings } from '../bundle/settings.ts'
import {
  DEFAULT_BUDGET_MS,
  DEFAULT_DROP_RESPONSE,
  DEFAULT_FAILOVER_STATUSES,
  DEFAULT_FORMATS,
  DEFAULT_QUALITIES,
  DEFAULT_QUALITY,
  DEFAULT_WIDTHS,
} from '../edge/config.ts'
import {
  FAILOVER_STATUSES,
  IMAGE_SIDE_PIXELS,
  LAMBDA_MEMORY_MB,
  ORIGIN_ID_CHARACTERS,
  ORIGIN_PATH_CHARACTERS,
  PATTERN_CHARACTERS,
} from '../edge/limits.ts'
import { CORS_METHODS } from './cors.ts'
import { auth } from './schema-auth.ts'
import {
  ascending,
  durationSchema,
  integer,
  list,
  matching,
  noList,
  nonEmpty,
  object,
  parameterName,
  queryName,
  string,
} from './schema-parts.ts'

const MIB = 1024 * 1024

/** RFC 1123 names; CloudFront's alternate names may begin with `*.`, but a redirect needs one host to go to. */
const hostName = v.pipe(
  matching(
    /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/i,
    'a host name such as cdn.example.com',
  ),
  v.toLowerCase(),
)

/** RFC 9110, 5.1, without `*`: whoever writes one means a pattern, and here none is taken. */
const headerName = v.pipe(matching(/^[!#$%&'+.^_`|~0-9A-Za-z-]+$/, 'a header name'), v.toLowerCase())

const headerPattern = v.pipe(
  matching(/^[!#$%&'+.^_`|~0-9A-Za-z-]+\*?$/, 'a header name, or its beginning and a *'),
  v.toLowerCase(),
)

/** RFC 9110, 5.5, without the obsolete part: visible ASCII, spaces between. */
const headerValue = matching(/^[!-~]([ \t!-~]*[!-~])?$/, 'a header value: visible ASCII characters')

/** S3 User Guide, "Bucket naming rules". */
const bucketName = matching(/^(?!\d+\.\d+\.\d+\.\d+$|.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'an S3 bucket name')

const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/

const shield = v.lazy((input) =>
  input === true ? v.literal(true) : matching(REGION, 'true, or an AWS region such as us-east-1'),
) as v.GenericSchema<unknown, true | string>

const STATUSES = FAILOVER_STATUSES.join(', ')

const failoverRule = object({
  origin: string,
  statuses: v.optional(
    ascending(v.picklist(FAILOVER_STATUSES, `a status among ${STATUSES}`), `a list of statuses among ${STATUSES}`),
    DEFAULT_FAILOVER_STATUSES,
  ),
})

const failover = v.lazy((input) =>
  isObject(input)
    ? failoverRule
    : v.pipe(
        v.string("an origin's name, or { origin, statuses? }"),
        v.transform((origin) => v.parse(failoverRule, { origin })),
      ),
) as v.GenericSchema<unknown, v.InferOutput<typeof failoverRule>>

const withoutDotSegments = (expected: string) =>
  v.check(
    (path: string) => !path.split('/').some((part) => part === '.' || part === '..'),
    `${expected} without . or .. parts`,
  )

const s3Origin = object({
  bucket: bucketName,
  region: matching(REGION, 'an AWS region such as us-east-1'),
  prefix: v.optional(
    v.pipe(
      matching(/^\/?[^/\p{Cc}]+(\/[^/\p{Cc}]+)*\/?$/u, "a key prefix such as 'site' or 'site/images'"),
      withoutDotSegments('a key prefix'),
    ),
  ),
  shield: v.optional(shield),
  failover: v.optional(failover),
})

const apiOrigin = object({
  domain: hostName,
  path: v.optional(
    v.pipe(
      matching(
        /^(\/([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)+$/,
        "an origin path such as '/prod': a leading slash, none at the end",
      ),
      v.maxLength(ORIGIN_PATH_CHARACTERS, `an origin path of at most ${ORIGIN_PATH_CHARACTERS} characters`),
      withoutDotSegments('an origin path'),
    ),
  ),
  headers: v.optional(list(headerName, 'a list of header names')),
  shield: v.optional(shield),
  failover: v.optional(failover),
})

/** Picks the shape by what is there, so that an error names the field and not the whole union. */
const origin = v.lazy((input) =>
  isObject(input) && 'domain' in input && !('bucket' in input) ? apiOrigin : s3Origin,
) as v.GenericSchema<unknown, S3OriginSettings | ApiOriginSettings>

const ttls = object({
  default: v.optional(durationSchema, '24h'),
  max: v.optional(durationSchema, '365d'),
  min: v.optional(durationSchema, 0),
})

const cache = v.lazy((input) =>
  isObject(input) ? ttls : v.literal('never', "'never', or { default?, max?, min? }"),
) as v.GenericSchema<unknown, 'never' | v.InferOutput<typeof ttls>>

const RATIO = /^([1-9]\d{0,3}):([1-9]\d{0,3})$/

const quality = v.lazy((input) =>
  typeof input === 'string' ? v.literal('auto', "a quality, or 'auto'") : integer(1, 100),
) as v.GenericSchema<unknown, number | 'auto'>

const COLOURS = "a list of colours such as 'ffffff'"
const colour = v.pipe(matching(/^[0-9a-f]{6}$/i, "a colour such as 'ffffff'"), v.toLowerCase())
const MOST_BACKGROUNDS = 16

const blurs = v.lazy((input) =>
  Array.isArray(input) && input.length === 0
    ? v.array(v.number())
    : ascending(integer(1, 100, ' thousandths'), 'a list of thousandths of the longer side'),
) as v.GenericSchema<unknown, number[]>

const imageRules = object({
  formats: v.optional(nonEmpty(v.picklist(['webp', 'avif'], "'webp' or 'avif'"), "a list of 'webp' and 'avif'"), [
    ...DEFAULT_FORMATS,
  ]),
  widths: v.optional(
    ascending(integer(1, IMAGE_SIDE_PIXELS, ' (WebP has no larger side)'), 'a list of widths in pixels'),
    DEFAULT_WIDTHS,
  ),
  ratios: v.optional(
    v.nullable(nonEmpty(matching(RATIO, "a ratio such as '3:2'"), "a list of ratios such as '3:2'")),
    null,
  ),
  rect: v.optional(v.boolean('true or false'), true),
  previews: v.optional(v.boolean('true or false'), false),
  qualities: v.optional(ascending(integer(1, 100), 'a list of qualities'), DEFAULT_QUALITIES),
  quality: v.optional(quality, DEFAULT_QUALITY),
  backgrounds: v.optional(
    v.pipe(list(colour, COLOURS), v.maxLength(MOST_BACKGROUNDS, `at most ${MOST_BACKGROUNDS} colours`)),
    [],
  ),
  blurs: v.optional(blurs, []),
  budget: v.optional(integer(0, 10_000, ' milliseconds'), DEFAULT_BUDGET_MS),
  heic: v.optional(v.boolean('true or false'), false),
  maxInputBytes: v.optional(integer(1, 1024 * MIB, ' bytes'), 25 * MIB),
  maxInputPixels: v.optional(integer(1, 1_000_000_000, ' pixels'), 50_000_000),
})

const images = v.lazy((input) =>
  isObject(input)
    ? imageRules
    : v.pipe(
        v.union([v.literal(true), v.null()], 'true, null or { formats?, widths?, … }'),
        v.transform((value) => (value ? v.parse(imageRules, {}) : null)),
      ),
) as v.GenericSchema<unknown, v.InferOutput<typeof imageRules> | null>

/**
 * A serialised origin, Fetch Standard 3.1, and CloudFront's wildcards: Developer Guide, "Understand response headers policies".
 * It takes some without a scheme, too, and parts of ports; a scheme keeps out who could change what is sent, and nobody
 * needs part of a port.
 */
const WEB_ORIGIN = "an origin such as 'https://www.example.com' or 'https://*.example.com', lower case, without a path"

const webOrigin = v.pipe(
  matching(/^https?:\/\/([a-z0-9.-]+|\*(\.[a-z0-9-]+){2,})(:(\d{1,5}|\*))?$/, WEB_ORIGIN),
  v.check((origin) => URL.canParse(origin.replace('*.', 'x.').replace(':*', '')), WEB_ORIGIN),
)

/** A list for a CORS header, in which `*` alone stands for all. */
const corsHeaders = (expected: string) =>
  nonEmpty(v.pipe(matching(/^(\*|[!#$%&'+.^_`|~0-9A-Za-z-]+)$/, "a header name, or '*'"), v.toLowerCase()), expected)

const corsMethod = v.picklist(CORS_METHODS, `one of ${CORS_METHODS.join(', ')}`)

const cors = v.nullable(
  object({
    origins: v.lazy((input) =>
      Array.isArray(input) ? nonEmpty(webOrigin, 'a list of origins') : v.literal('*', "'*' or a list of origins"),
    ) as v.GenericSchema<unknown, '*' | string[]>,
    credentials: v.optional(v.boolean('true or false'), false),
    methods: v.optional(nonEmpty(corsMethod, 'a list of methods')),
    headers: v.optional(corsHeaders('a list of header names')),
    exposeHeaders: v.optional(corsHeaders('a list of header names')),
    maxAge: v.optional(durationSchema),
  }),
)

const pathPattern = v.pipe(
  matching(
    /^[/*][A-Za-z0-9_\-.*$/~"'@:+&?]*$/,
    'a CloudFront path pattern: it begins with / or *, and holds A-Z a-z 0-9 _ - . * ? $ / ~ " \' @ : + &',
  ),
  v.maxLength(PATTERN_CHARACTERS, `a path pattern of at most ${PATTERN_CHARACTERS} characters`),
)

/** A path that is its own canonical form, whatever reads it. */
const strip = matching(
  /^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~!$&'()+,;=:@-]+)+$/,
  "a path such as '/proxy-image': a leading slash, none at the end",
)

/** A name that is its own canonical form, and no dot segment. */
const fileName = matching(/^[A-Za-z0-9_~-][A-Za-z0-9._~-]*$/, "a file's name such as 'index.html', without a slash")

const indexRules = object({ file: fileName, redirect: v.optional(v.boolean('true or false'), false) })

const index = v.lazy((input) =>
  isObject(input)
    ? indexRules
    : v.pipe(
        v.nullable(fileName),
        v.transform((file) => (file === null ? null : { file, redirect: false })),
      ),
) as v.GenericSchema<unknown, v.InferOutput<typeof indexRules> | null>

/** S3 User Guide, "Naming Amazon S3 objects": bytes of a key. */
const MAX_KEY_BYTES = 1_024

const objectKey = v.pipe(
  matching(/^[^/\p{Cc}][^\p{Cc}]*$/u, "a key such as 'site/missing.jpg', as the bucket has it"),
  v.maxBytes(MAX_KEY_BYTES, `a key of at most ${MAX_KEY_BYTES} bytes`),
)

const route = object({
  path: pathPattern,
  origin: string,
  cache,
  version: v.optional(v.nullable(parameterName), 'v'),
  query: v.optional(list(queryName, 'a list of parameter names'), []),
  headers: v.optional(list(headerName, 'a list of header names'), []),
  images: v.optional(images, null),
  missing: v.optional(durationSchema, '5m'),
  settle: v.optional(durationSchema, '10m'),
  cors: v.optional(cors, null),
  auth: v.optional(auth, null),
  strip: v.pipe(
    v.optional(v.nullable(strip), null),
    v.transform((path) => path ?? ''),
  ),
  index: v.optional(index, null),
  placeholder: v.optional(v.nullable(objectKey), null),
})

const HEADER_VALUES = 'an object of header names and values'

/** Header names are compared without case. Of two that differ in case only, one would be lost without an error. */
const namesOnce = (expected: string) =>
  v.check((values) => {
    const names = isObject(values) ? Object.keys(values).map((name) => name.toLowerCase()) : []
    return new Set(names).size === names.length
  }, expected)

const headers = object({
  dropRequest: v.optional(list(headerName, 'a list of header names'), []),
  dropResponse: v.optional(list(headerPattern, 'a list of header names'), [...DEFAULT_DROP_RESPONSE]),
  setResponse: v.optional(
    v.pipe(
      noList(HEADER_VALUES),
      namesOnce(`${HEADER_VALUES}, each name once, in whatever case`),
      v.record(headerName, v.nullable(headerValue), HEADER_VALUES),
    ),
    {},
  ),
})

const memory = integer(LAMBDA_MEMORY_MB.min, LAMBDA_MEMORY_MB.max, ' MB')

const lambda = object({
  runtime: v.optional(v.picklist(['nodejs22.x', 'nodejs24.x'], "'nodejs22.x' or 'nodejs24.x'"), 'nodejs22.x'),
  originRequestMemory: v.optional(memory, 128),
  originResponseMemory: v.optional(memory, 1024),
})

const KEY_GROUPS = 'an object of lists of public keys'

const groupName = matching(/^[A-Za-z0-9_-]{1,64}$/, 'a name of letters, digits, _ and -')

const ORIGINS = 'an object of origins by name'

/** The template puts `origin-` before the name, and CloudFront limits the whole. */
const originName = matching(
  new RegExp(`^[^\\p{Cc}]{1,${ORIGIN_ID_CHARACTERS - 'origin-'.length}}$`, 'u'),
  `a name of 1 to ${ORIGIN_ID_CHARACTERS - 'origin-'.length} characters`,
)

const shape = object({
  domains: nonEmpty(hostName, 'a list of host names'),
  canonicalHost: v.optional(v.boolean('true or false'), false),
  cacheTags: v.optional(v.boolean('true or false'), false),
  logs: v.optional(v.boolean('true or false'), false),
  origins: v.pipe(noList(ORIGINS), v.record(originName, origin, ORIGINS)),
  routes: v.pipe(v.array(route, 'a list of routes'), v.minLength(1, 'at least one route')),
  keyGroups: v.optional(
    v.pipe(noList(KEY_GROUPS), v.record(groupName, nonEmpty(string, 'a list of public keys'), KEY_GROUPS)),
    {},
  ),
  headers: v.optional(headers, {}),
  lambda: v.optional(lambda, {}),
})

export const schema: v.GenericSchema<unknown, Settings, v.InferIssue<typeof shape>> = shape
