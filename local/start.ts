/** `npm start`: CloudFront on this machine. */
import { type Output, painter } from './command-line.ts'
import { InputError } from './input-error.ts'
import type { Say } from './start/events.ts'
import { interrupt } from './start/interrupt.ts'
import { readOptions } from './start/options.ts'
import { BuildFailed, run } from './start/run.ts'
import { sayToPeople } from './start/text.ts'

const HELP = `Usage: npm start [-- --config FILE --bucket [NAME=]DIR --origin NAME=URL …]

Builds the bundle and runs it behind a CloudFront on this machine: the function and the zips as they would be
deployed, CloudFront's cache, errors and limits, and buckets with S3's HTTP API. Changes of the config and of the
sources are built and reloaded; while they can't be built, what ran before runs on. Ctrl-C ends it.

What stands behind an origin of the config
  an S3 origin   a handful of pictures of the project's own, or a folder: --bucket
  an API origin  the real one
  either         any HTTP server, or for S3 origins an S3-compatible endpoint: --origin

Options
  --config FILE         the config, TypeScript or JSON; default: edge.config.ts
  --out DIR             where the bundle is written; default: dist
  --bucket [NAME=]DIR   the folder behind the S3 origin NAME; without a name, behind all of them. Nothing is written
                        into it. May be repeated
  --origin NAME=URL     the server behind the origin NAME. May be repeated
  --https-port N        default: 8443; 0 for a free one
  --http-port N         default: 8080; 0 for a free one
  --pops N              edge locations, each with a cache of its own; default: 1. The request header
                        x-rimlight-pop chooses one, else it is one at random
  --persist DIR         where buckets, caches and the certificate are kept from one start to the next; without it,
                        nothing is left behind
  --access-log FILE     append CloudFront's standard log to a file
  --open                open the page that shows what happens
  --quiet               say nothing of requests
  --json                a line of JSON for everything that happens, for programs: { "event": … } with building,
                        starting, ready (addresses, origins, examples), request, changed, reloaded, not-reloaded,
                        warning, failed, stopping and stopped; npm itself prints to stdout as well, unless it is
                        called as npm start --silent
  --help                print this

Examples
  npm start
  npm start -- --bucket ~/Pictures --open
  npm start -- --bucket photos=./photos --origin api=http://localhost:3000
  npm start -- --config ../site/edge.config.ts --out ../site/dist --pops 3 --access-log access.log

  curl -k https://localhost:8443/photos/lighthouse.jpg?w=640 -H 'accept: image/webp' -o lighthouse.webp -D -
  npm run invalidate -- '/photos/*'

Exit code: 0 ended by Ctrl-C; 1 not built or not started; 2 wrong usage or input, such as a port in use; 130 ended
by a second Ctrl-C, before everything was stopped.
`

/** Runs the command until it is interrupted, and returns its exit code. */
export async function main(args: string[], stdout: Output, stderr: Output): Promise<number> {
  let say: Say = () => {}
  const ends = interrupt()
  try {
    const options = readOptions(args)
    if (options === 'help') {
      stdout.write(HELP)
      return 0
    }
    say = options.isJson ? sayToPrograms(stdout) : sayToPeople(stdout, stderr, painter(stdout), options)
    await run(options, say, ends.signal)
    return 0
  } catch (error) {
    const code = exitCodeOf(error)
    if (code === undefined) throw error
    const { message } = error as Error
    say({ event: 'failed', message })
    stderr.write(`${message}\n`)
    return code
  } finally {
    ends.close()
  }
}

const sayToPrograms =
  (stdout: Output): Say =>
  (event) =>
    stdout.write(`${JSON.stringify(event)}\n`)

/** `undefined` for what is no fault but ours. */
function exitCodeOf(error: unknown): 1 | 2 | undefined {
  if (error instanceof InputError) return 2
  const isOfTheSystem = error instanceof Error && 'syscall' in error
  return error instanceof BuildFailed || isOfTheSystem ? 1 : undefined
}

if (import.meta.main) {
  // Whoever reads this may leave first; that must not leave processes behind. It shows in every line that is written.
  let isHeard = true
  process.stdout.on('error', () => {
    if (isHeard) process.kill(process.pid, 'SIGTERM')
    isHeard = false
  })
  process.exitCode = await main(process.argv.slice(2), process.stdout, process.stderr)
}
