/** The options of `rimlight start`. */

import { InputError, joinedError, unexpectedInput } from '../../base/errors.ts'
import { collectProblems, type OptionRows, type Values } from '../../cli/kit/options.ts'
import { EDGE_LOCATIONS } from '../platform/identity.ts'

export type StartOptions = {
  config: string
  /** Where the bundle is written. */
  out: string
  /** Folders by origin; `''`: of all S3 origins. */
  buckets: Record<string, string>
  /** URLs by origin. */
  origins: Record<string, string>
  /** Folders by tenant; `''`: none. */
  tenants: Record<string, string>
  tenantDomain: string | undefined
  tenantKeyPrefix: string | undefined
  httpsPort: number
  httpPort: number
  pops: number
  persist: string | undefined
  accessLog: string | undefined
  /** The file of the function's key values. */
  keys: string | undefined
  /** The file of the values of headers that CloudFront adds. */
  originHeaders: string | undefined
  opensBrowser: boolean
  isQuiet: boolean
  isJson: boolean
}

export const START_OPTIONS = {
  config: {
    type: 'string',
    value: 'FILE',
    about: 'the config, TypeScript or JSON',
    default: 'edge.config.ts',
  },
  out: { type: 'string', value: 'DIR', about: 'where the bundle is written', default: 'dist' },
  bucket: {
    type: 'string',
    value: '[NAME=]DIR',
    about: 'the folder behind the S3 origin NAME; without a name, behind all of them. Nothing is written into it',
    multiple: true,
  },
  origin: { type: 'string', value: 'NAME=URL', about: 'the server behind the origin NAME', multiple: true },
  tenant: {
    type: 'string',
    value: 'ID[=DIR]',
    about:
      'a tenant, served as ID.localhost and as ID. before --tenant-domain, from the folder, or from what is published to its prefix. Other host names are refused then',
    multiple: true,
  },
  'tenant-domain': {
    type: 'string',
    value: 'HOST',
    about: "tenants are ID.HOST; default: the config's first domain",
  },
  'tenant-key-prefix': {
    type: 'string',
    value: 'PREFIX',
    about: "what keys of the buckets begin with before the tenant's id; default: tenants",
  },
  'https-port': { type: 'string', value: 'N', about: '0 for a free one', default: '8443' },
  'http-port': { type: 'string', value: 'N', about: '0 for a free one', default: '8080' },
  pops: {
    type: 'string',
    value: 'N',
    about:
      'edge locations, each with a cache of its own. The request header x-rimlight-pop chooses one, else it is one at random',
    default: '1',
  },
  persist: {
    type: 'string',
    value: 'DIR',
    about:
      'where buckets, caches and the certificate are kept from one start to the next; without it, nothing is left behind',
  },
  'access-log': { type: 'string', value: 'FILE', about: "append CloudFront's standard log to a file" },
  keys: {
    type: 'string',
    value: 'FILE',
    about:
      'the secrets that tokens are verified with: JSON of the form { "KID": "SECRET", … }, or as CloudFront imports a KeyValueStore. It is read again when it changes',
  },
  'origin-headers': {
    type: 'string',
    value: 'FILE',
    about:
      'the values of the headers that CloudFront adds to requests to origins: JSON of the form { "ORIGIN": { "NAME": "VALUE", … }, … }. A header without one is left out',
  },
  open: { type: 'boolean', about: 'open the page that shows what happens' },
  quiet: { type: 'boolean', about: 'say nothing of requests' },
  json: {
    type: 'boolean',
    about:
      'a line of JSON for everything that happens, for programs: { "event": … } with building, starting, ready (addresses, origins, examples), request, changed, reloaded, not-reloaded, warning, stopping and stopped; the last one is { "error": … } where it fails',
  },
} as const satisfies OptionRows

/** @throws InputError with all that is wrong */
export function readStartOptions(values: Values<typeof START_OPTIONS>, hint: string): StartOptions {
  const { problems, read } = collectProblems()
  const buckets = read(byName(values.bucket, '--bucket', bucketOption))
  const origins = read(byName(values.origin, '--origin', originOption))
  const tenants = read(byName(values.tenant, '--tenant', tenantOption))
  const httpsPort = read(wholeNumber(values['https-port'], '--https-port', PORT))
  const httpPort = read(wholeNumber(values['http-port'], '--http-port', PORT))
  const pops = read(
    wholeNumber(values.pops, '--pops', { what: 'a number of edge locations', min: 1, max: EDGE_LOCATIONS }),
  )
  if (httpsPort !== undefined && httpsPort !== 0 && httpsPort === httpPort) {
    problems.push(notExpected('--https-port and --http-port', 'two ports', `${httpsPort} twice`))
  }
  const isWhole = buckets && origins && tenants && httpsPort !== undefined && httpPort !== undefined && pops
  if (!isWhole || problems.length > 0) {
    const error = joinedError(problems)
    throw new InputError(`${error.message}\n${hint}`, error)
  }
  return {
    config: values.config,
    out: values.out,
    buckets,
    origins,
    tenants,
    tenantDomain: values['tenant-domain'],
    tenantKeyPrefix: values['tenant-key-prefix'],
    httpsPort,
    httpPort,
    pops,
    persist: values.persist,
    accessLog: values['access-log'],
    keys: values.keys,
    originHeaders: values['origin-headers'],
    opensBrowser: values.open,
    isQuiet: values.quiet,
    isJson: values.json,
  }
}

type NamedValue = { name: string; value: string }

function byName(
  given: readonly string[],
  option: string,
  parsed: (text: string) => NamedValue | InputError,
): Record<string, string> | InputError {
  const found: Record<string, string> = {}
  for (const text of given) {
    const named = parsed(text)
    if (named instanceof InputError) return named
    if (named.name in found) {
      const [subject, expected] =
        named.name === '' ? [option, 'one folder for all buckets'] : [`${option} ${named.name}`, 'it once']
      return notExpected(subject, expected, `${found[named.name]} and ${named.value}`)
    }
    found[named.name] = named.value
  }
  return found
}

/** The text before the `=` is an origin's name, unless it looks like part of a path. */
function bucketOption(text: string): NamedValue | InputError {
  const [, name = '', value = ''] = /^(?:([^=/\\]*)=)?(.*)$/s.exec(text) ?? []
  return value === '' ? notExpected('--bucket', 'DIR or NAME=DIR', quoted(text)) : { name, value }
}

function tenantOption(text: string): NamedValue | InputError {
  const [, name = '', value = ''] = /^([^=/\\]+)(?:=(.*))?$/s.exec(text) ?? []
  if (name !== '' && !text.endsWith('=')) return { name, value }
  return notExpected('--tenant', 'ID or ID=DIR, such as shop=./shop', quoted(text))
}

function originOption(text: string): NamedValue | InputError {
  const [, name = '', value = ''] = /^([^=:/]+)=(.*)$/s.exec(text) ?? []
  if (name === '') {
    return notExpected('--origin', 'NAME=URL, such as api=http://localhost:3000', quoted(text))
  }
  if (/^https?:\/\//i.test(value) && URL.canParse(value)) return { name, value }
  return notExpected(`--origin ${name}`, 'a URL such as http://localhost:3000', quoted(value))
}

const PORT = { what: 'a port', min: 0, max: 65_535 }

function wholeNumber(
  text: string,
  option: string,
  { what, min, max }: { what: string; min: number; max: number },
): number | InputError {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  return notExpected(option, `${what} from ${min} to ${max}`, quoted(text))
}

const notExpected = (subject: string, expected: string, found: string): InputError =>
  unexpectedInput({ at: subject, code: 'wrong-option', expected, found })

const quoted = (text: string) => JSON.stringify(text)
