/** What `npm start` takes. */
import { parseArgs } from 'node:util'
import { usageMessage } from '../command-line.ts'
import { EDGE_LOCATIONS } from '../distribution/identity.ts'
import { InputError } from '../input-error.ts'

export type StartOptions = {
  config: string
  /** Where the bundle is written. */
  out: string
  /** Folders by origin; `''`: of all S3 origins. */
  buckets: Record<string, string>
  /** URLs by origin. */
  origins: Record<string, string>
  httpsPort: number
  httpPort: number
  pops: number
  persist: string | undefined
  accessLog: string | undefined
  opensBrowser: boolean
  isQuiet: boolean
  isJson: boolean
}

const HINT = '`npm start -- --help` says how to use it'

/** @throws InputError with all that is wrong */
export function readOptions(args: string[]): StartOptions | 'help' {
  const values = parse(args)
  if (values.help) return 'help'
  const problems: string[] = []
  const read = <T>(found: T | InputError): T | undefined => {
    if (!(found instanceof InputError)) return found
    problems.push(found.message)
    return undefined
  }
  const buckets = read(byName(values.bucket, '--bucket', bucketOf))
  const origins = read(byName(values.origin, '--origin', originOf))
  const httpsPort = read(wholeNumber(values['https-port'], '--https-port', PORT))
  const httpPort = read(wholeNumber(values['http-port'], '--http-port', PORT))
  const pops = read(
    wholeNumber(values.pops, '--pops', { what: 'a number of edge locations', min: 1, max: EDGE_LOCATIONS }),
  )
  if (httpsPort !== undefined && httpsPort !== 0 && httpsPort === httpPort) {
    problems.push(`--https-port and --http-port: expected two ports, found ${httpsPort} twice`)
  }
  if (!buckets || !origins || httpsPort === undefined || httpPort === undefined || !pops || problems.length > 0) {
    throw new InputError(`${problems.join('\n')}\n${HINT}`)
  }
  return {
    config: values.config,
    out: values.out,
    buckets,
    origins,
    httpsPort,
    httpPort,
    pops,
    persist: values.persist,
    accessLog: values['access-log'],
    opensBrowser: values.open,
    isQuiet: values.quiet,
    isJson: values.json,
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        config: { type: 'string', default: 'edge.config.ts' },
        out: { type: 'string', default: 'dist' },
        bucket: { type: 'string', multiple: true, default: [] },
        origin: { type: 'string', multiple: true, default: [] },
        'https-port': { type: 'string', default: '8443' },
        'http-port': { type: 'string', default: '8080' },
        pops: { type: 'string', default: '1' },
        persist: { type: 'string' },
        'access-log': { type: 'string' },
        open: { type: 'boolean', default: false },
        quiet: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    const message = usageMessage(error, HINT)
    if (message === undefined) throw error
    // `npm start --bucket DIR` hands over DIR alone.
    const isBare = (error as { code?: string }).code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL'
    throw new InputError(isBare ? `${message}; options come after --, as in npm start -- --bucket DIR` : message)
  }
}

type Named = { name: string; value: string }

function byName(
  given: readonly string[],
  option: string,
  parsed: (text: string) => Named | InputError,
): Record<string, string> | InputError {
  const found: Record<string, string> = {}
  for (const text of given) {
    const named = parsed(text)
    if (named instanceof InputError) return named
    if (named.name in found) {
      return new InputError(
        named.name === ''
          ? `${option}: expected one folder for all buckets, found ${found['']} and ${named.value}`
          : `${option} ${named.name}: expected it once, found ${found[named.name]} and ${named.value}`,
      )
    }
    found[named.name] = named.value
  }
  return found
}

/** What is before the `=` is a name, unless it looks like a part of a path. */
function bucketOf(text: string): Named | InputError {
  const [, name = '', value = ''] = /^(?:([^=/\\]*)=)?(.*)$/s.exec(text) ?? []
  return value === '' ? new InputError(`--bucket: expected DIR or NAME=DIR, found ${quoted(text)}`) : { name, value }
}

function originOf(text: string): Named | InputError {
  const [, name = '', value = ''] = /^([^=:/]+)=(.*)$/s.exec(text) ?? []
  if (name === '') {
    return new InputError(`--origin: expected NAME=URL, such as api=http://localhost:3000, found ${quoted(text)}`)
  }
  if (/^https?:\/\//i.test(value) && URL.canParse(value)) return { name, value }
  return new InputError(`--origin ${name}: expected a URL such as http://localhost:3000, found ${quoted(value)}`)
}

const PORT = { what: 'a port', min: 0, max: 65_535 }

function wholeNumber(
  text: string,
  option: string,
  { what, min, max }: { what: string; min: number; max: number },
): number | InputError {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  return new InputError(`${option}: expected ${what} from ${min} to ${max}, found ${quoted(text)}`)
}

const quoted = (text: string) => JSON.stringify(text)
