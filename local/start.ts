/** `rimlight start`: CloudFront on this machine. */
import { defineCommand, type Main } from '../cli/kit/command.ts'
import { interrupt } from '../cli/kit/interrupt.ts'
import { type Output, painter } from '../cli/kit/output.ts'
import type { Say } from './start/events.ts'
import { readStartOptions, START_OPTIONS } from './start/options.ts'
import { run } from './start/run.ts'
import { sayToPeople } from './start/text.ts'

/** @param name as it is typed: `rimlight dev` is the same command */
export const startCommand = (name: string): Main =>
  defineCommand({
    name,
    usage: '[--config FILE] [--bucket [NAME=]DIR] [--origin NAME=URL] …',
    about: `Builds the bundle and runs it behind a CloudFront on this machine: the function and the zips as they would be
deployed, CloudFront's cache, errors and limits, and buckets with S3's HTTP API. Changes of the config and of the
sources are built and reloaded; while they can't be built, what ran before runs on. Ctrl-C ends it.

What stands behind an origin of the config
  an S3 origin   a handful of pictures of the project's own, or a folder: --bucket
  an API origin  the real one
  either         any HTTP server, or for S3 origins an S3-compatible endpoint: --origin`,
    options: START_OPTIONS,
    examples: [
      name,
      `${name} --bucket ~/Pictures --open`,
      `${name} --bucket photos=./photos --origin api=http://localhost:3000`,
      `${name} --config ../site/edge.config.ts --out ../site/dist --pops 3 --access-log access.log`,
      "curl -k https://localhost:8443/photos/lighthouse.jpg?w=640 -H 'accept: image/webp' -o lighthouse.webp -D -",
      "rimlight invalidate '/photos/*'",
    ],
    exitCode:
      '0 ended by Ctrl-C; 1 not built or not started; 2 wrong usage or input, such as a config with a mistake or a port in use; 130 ended by a second Ctrl-C, before everything was stopped',
    async run(values, { stdout, stderr, hint }) {
      const options = readStartOptions(values, hint)
      const people = options.isJson ? undefined : sayToPeople(stdout, stderr, painter(stdout), options)
      const ends = interrupt()
      try {
        await run(options, people?.say ?? sayToPrograms(stdout), ends.signal)
        return 0
      } finally {
        people?.close()
        ends.close()
      }
    },
  })

export const main = startCommand('rimlight start')

const sayToPrograms =
  (stdout: Output): Say =>
  (event) =>
    stdout.write(`${JSON.stringify(event)}\n`)
