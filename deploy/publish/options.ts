/** What `rimlight publish` takes. */
import { InputError, unexpectedInput } from '../../base/errors.ts'
import { collectProblems, type OptionRows, type Values } from '../../cli/kit/options.ts'

export type PublishOptions = PublishSettings & { destination: Destination }

/** What a command line says: where files go, or the tenant whose they are. */
export type PublishRequest = PublishSettings &
  ({ destination: Destination; tenant: undefined } | { destination: undefined; tenant: { id: string; store: string } })

type PublishSettings = {
  folder: string
  /** The folder of the bundle; `undefined`: `dist`, where there is one. */
  dist: string | undefined
  /** What `folder` is served as, without a slash at its end; `undefined`: as the bundle says. */
  url: string | undefined
  /** `undefined`: objects have none. */
  cacheControl: string | undefined
  /** The file that the URLs are written to. */
  manifest: string
  hasPreviews: boolean
  convertsHeic: boolean
  isDryRun: boolean
  /** Requests at a time. */
  concurrency: number
}

/** `prefix`: of all keys; empty, or with a slash at its end. */
export type Destination = { bucket: string; prefix: string }

const MOST_AT_A_TIME = 256

export const PUBLISH_OPTIONS = {
  tenant: {
    type: 'string',
    value: 'ID',
    about: "in the place of s3://…: upload to this tenant's prefix, and say where it is served",
  },
  store: {
    type: 'string',
    value: 'URL',
    about: 'where tenants are remembered; default: sqlite:rimlight-tenants.db',
  },
  dist: {
    type: 'string',
    value: 'DIR',
    about:
      "the bundle: its domain, routes and prefixes make the URLs, its bucket's region is used; default: dist, where there is one",
  },
  url: {
    type: 'string',
    value: 'BASE',
    about: 'the URL that DIR is served at, in place of a bundle: https://cdn.example.com/assets',
  },
  manifest: {
    type: 'string',
    value: 'FILE',
    about: 'where the URLs of all files are written',
    default: 'published.json',
  },
  previews: {
    type: 'boolean',
    about: 'of each picture, into the same file: its size, its colour, and a WebP of some hundred bytes as a data URL',
  },
  'convert-heic': {
    type: 'boolean',
    about:
      'HEIC files, by their bytes, become JPEG of quality 90 in sRGB without metadata, under the same name; it takes sharp and libheif-js',
  },
  'cache-control': {
    type: 'string',
    value: 'VALUE',
    about:
      'of every object; default: none, so that the route decides: a year with a version, its `default` without one',
  },
  'dry-run': { type: 'boolean', about: 'say what would be uploaded, and why; nothing is uploaded or written' },
  concurrency: { type: 'string', value: 'N', about: `requests at a time, 1 to ${MOST_AT_A_TIME}`, default: '16' },
  json: {
    type: 'boolean',
    about: 'print one JSON document: { destination, isDryRun, uploads, unchanged, leftOut, manifest, files }',
  },
} as const satisfies OptionRows

/** @throws InputError with all that is wrong */
export function readPublishOptions(
  values: Values<typeof PUBLISH_OPTIONS>,
  positionals: readonly string[],
  hint: string,
): PublishRequest {
  const [folder, to, ...more] = positionals
  const { tenant } = values
  const isWhole = folder !== undefined && (to === undefined) === (tenant !== undefined) && more.length === 0
  if (!isWhole) {
    const found = positionals.length === 0 ? 'nothing' : positionals.map((text) => JSON.stringify(text)).join(' ')
    const expected = tenant === undefined ? 'DIR s3://BUCKET/PREFIX' : 'DIR beside --tenant'
    throw unexpectedInput({ code: 'operands', expected, found, remedy: hint })
  }
  const { problems, read } = collectProblems()
  const destination = to === undefined ? undefined : read(destinationOf(to))
  const url = read(values.url === undefined ? undefined : baseOf(values.url))
  const cacheControl = read(values['cache-control'] === undefined ? undefined : cacheControlOf(values['cache-control']))
  const concurrency = read(concurrencyOf(values.concurrency))
  if (values.dist !== undefined && values.url !== undefined) {
    problems.push(conflict('--dist or --url'))
  }
  if (tenant !== undefined && values.url !== undefined) problems.push(conflict('--tenant or --url'))
  if (tenant === undefined && values.store !== undefined) {
    const [expected, found] = ['--tenant ID beside --store', 'none']
    problems.push(unexpectedInput({ at: '--store', code: 'option-missing', expected, found }))
  }
  if (problems.length > 0 || concurrency === undefined) throw together(problems)
  const {
    dist,
    manifest,
    'dry-run': isDryRun,
    previews: hasPreviews = false,
    'convert-heic': convertsHeic = false,
  } = values
  const settings = { folder, dist, url, cacheControl, manifest, hasPreviews, convertsHeic, isDryRun, concurrency }
  if (tenant === undefined) return { ...settings, destination: destination as Destination, tenant }
  return { ...settings, destination: undefined, tenant: { id: tenant, store: values.store ?? DEFAULT_STORE } }
}

const conflict = (expected: string): InputError =>
  new InputError(`expected ${expected}, found both: the URLs are made of one of them`, {
    code: 'option-conflict',
    expected,
    found: 'both',
  })

/** The default store of `rimlight tenants`. */
const DEFAULT_STORE = 'sqlite:rimlight-tenants.db'

/** One error for all that is wrong, so that everything can be put right at once. */
const together = (problems: readonly InputError[]): InputError =>
  problems.length === 1
    ? (problems[0] as InputError)
    : new InputError(problems.map(({ message }) => message).join('\n'), { code: 'option-value' })

const optionError = (option: string, expected: string, text: string): InputError => {
  const found = JSON.stringify(text)
  return new InputError(`${option}expected ${expected}, found ${found}`, { code: 'option-value', expected, found })
}

/** S3 User Guide, "General purpose buckets naming rules". */
const S3_URI = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\s\S]*))?$/

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const CONTROL = /[\x00-\x1f\x7f]/

function destinationOf(text: string): Destination | InputError {
  const [, bucket, path = ''] = S3_URI.exec(text) ?? []
  const unexpected = (what: string) => optionError('', what, text)
  if (bucket === undefined) return unexpected('a bucket, and perhaps a prefix, such as s3://example-photos/site')
  const prefix = path.replace(/\/$/, '')
  if (prefix === '') return { bucket, prefix }
  const isPlain = prefix.split('/').every((segment) => !['', '.', '..'].includes(segment)) && !CONTROL.test(prefix)
  return isPlain
    ? { bucket, prefix: `${prefix}/` }
    : unexpected('a prefix whose segments are neither empty nor . or ..')
}

function baseOf(text: string): string | InputError {
  const base = URL.parse(text)
  const isBase = base && /^https?:$/.test(base.protocol) && base.search === '' && base.hash === ''
  if (isBase) return base.href.replace(/\/+$/, '')
  return optionError('--url: ', 'a URL without a query, such as https://cdn.example.com/assets', text)
}

/** RFC 9111, 5.2: directives, some with a token or a quoted string. */
const CACHE_CONTROL = /^[\w!#$%&'*+.^`|~-]+(?:=(?:[\w!#$%&'*+.^`|~-]+|"[\w !#-[\]-~]*"))?(?:\s*,\s*(?=\S)|$)/

function cacheControlOf(text: string): string | InputError {
  let rest = text.trim()
  do {
    const directive = CACHE_CONTROL.exec(rest)?.[0]
    if (directive === undefined) {
      return optionError('--cache-control: ', 'directives such as "public, max-age=3600"', text)
    }
    rest = rest.slice(directive.length)
  } while (rest !== '')
  return text.trim()
}

function concurrencyOf(text: string): number | InputError {
  const number = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (number >= 1 && number <= MOST_AT_A_TIME) return number
  return optionError('--concurrency: ', `a number from 1 to ${MOST_AT_A_TIME}`, text)
}

/** Whether this value keeps objects out of caches, whatever the version in a URL or the route says. */
export const keepsFromCaching = (cacheControl: string): boolean =>
  /(?:^|[\s,])(?:private|no-store|no-cache)(?:$|[\s,=])/i.test(cacheControl)
