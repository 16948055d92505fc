/** `npm run invalidate`: removes objects from the caches of a CloudFront that runs on this machine. */
import http from 'node:http'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { type Output, usageMessage } from './command-line.ts'
import { invalidationProblem } from './distribution/invalidation.ts'
import { InputError, systemMessage } from './input-error.ts'
import { isObject } from './shape.ts'

const HELP = `Usage: npm run invalidate -- PATH… [--url URL] [--json]

Removes objects from the caches of every edge location of a CloudFront that npm start runs. A path begins with a slash;
a * at its end stands for the rest. A path without one is that path without a query: '/photos/cat.jpg*' is the picture
with all its renditions. Quotes keep the shell from reading the * itself.

Options
  --url URL  where CloudFront runs; default: https://localhost:8443
  --json     print one JSON document: { id, paths, removed }; npm itself prints to stdout as well, unless it is called
             as npm run --silent invalidate
  --help     print this

Examples
  npm run invalidate -- '/*'
  npm run invalidate -- '/photos/cat.jpg*' '/photos/dog.jpg*'

Exit code: 0 done; 1 no CloudFront there, or it did not do it; 2 wrong usage or input.
`

const HINT = '`npm run invalidate -- --help` says how to use it'

/** Milliseconds. */
const PATIENCE = 10_000

/** There is nobody to ask, or somebody else. */
class NotThere extends Error {
  override name = 'NotThere'
}

/** Runs the command and returns its exit code. */
export async function main(args: string[], stdout: Output, stderr: Output): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        url: { type: 'string', default: 'https://localhost:8443' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      stdout.write(HELP)
      return 0
    }
    if (positionals.length === 0) throw new InputError(`expected paths such as '/photos/*', found none; ${HINT}`)
    const problems = positionals.map(invalidationProblem).filter((problem) => problem !== undefined)
    if (problems.length > 0) throw new InputError(problems.join('\n'))
    const done = await invalidate(values.url, positionals)
    stdout.write(values.json ? `${JSON.stringify(done)}\n` : `${summary(done)}\n`)
    return 0
  } catch (error) {
    const message = error instanceof InputError || error instanceof NotThere ? error.message : usageMessage(error, HINT)
    if (message === undefined) throw error
    stderr.write(`${message}\n`)
    return error instanceof NotThere ? 1 : 2
  }
}

type Done = { id: string; paths: string[]; removed: number }

const summary = ({ paths, removed }: Done): string => {
  const count = removed === 1 ? '1 object' : `${removed.toLocaleString('en')} objects`
  return `Removed ${count} from the caches: ${paths.join(' ')}`
}

async function invalidate(url: string, paths: string[]): Promise<Done> {
  const base = URL.parse(url)
  if (!base || !/^https?:$/.test(base.protocol)) {
    throw new InputError(`--url: expected a URL such as https://localhost:8443, found ${JSON.stringify(url)}`)
  }
  const { status, body } = await post(new URL('/__rimlight/invalidations', base), JSON.stringify({ paths })).catch(
    (cause) => {
      throw new NotThere(
        `no CloudFront answers at ${base.origin} (${systemMessage(cause) || cause.code}); \`npm start\` runs one, --url names another`,
        { cause },
      )
    },
  )
  const answer = parsed(body)
  if (status === 200 && isDone(answer)) return answer
  if (isObject(answer) && typeof answer.error === 'string') {
    if (status === 400) throw new InputError(answer.error)
    throw new NotThere(`${base.origin} did not do it: ${answer.error}`)
  }
  throw new NotThere(`${base.origin} answered with ${status}: what runs there is not started by \`npm start\``)
}

const isDone = (answer: unknown): answer is Done =>
  isObject(answer) && typeof answer.removed === 'number' && Array.isArray(answer.paths)

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

async function post(url: URL, body: string): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>()
  const request = (url.protocol === 'https:' ? https : http).request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    signal: AbortSignal.timeout(PATIENCE),
    agent: false,
    // Its certificate is one of its own; to nobody but this machine is it shown.
    rejectUnauthorized: !isThisMachine(url.hostname),
  })
  request.once('response', resolve).once('error', reject).end(body)
  const response = await promise
  return { status: response.statusCode ?? 0, body: await text(response) }
}

const isThisMachine = (hostname: string): boolean => /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), process.stdout, process.stderr)
