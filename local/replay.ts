/** `rimlight replay`: events in, what the built bundle makes of them out. */

import { defineCommand } from '../cli/kit/command.ts'
import { missingInput } from '../cli/kit/options.ts'
import { type Output, painter, statusLine } from '../cli/kit/output.ts'
import { replay } from './replay/replay-events.ts'
import { isReplayFine, replayCounts, replayJson, replayText } from './replay/report.ts'

export const main = defineCommand({
  name: 'rimlight replay',
  usage: 'FILE-OR-FOLDER… [--dist DIR] [--json] [--update]',
  about: `Replays events of CloudFront Functions and of Lambda@Edge against the built bundle, shows what changed, and holds
every result to CloudFront's rules. The function runs in njs, where that is installed, and in workerd; the zips run
in processes of their own, with Lambda's environment, timeout and memory.

A file holds an event, or { "event": …, "name"?, "expect"?, "now"? }, or an array of either.
  expect  what the function must return, exactly (the order of keys counts for nothing)
  now     milliseconds since 1970: what a Lambda@Edge function takes the time to be; a CloudFront Function has no use
          for it
In a folder (its .json files, at any depth), events that are not for this bundle are listed; in a file that is
named, they are an error. A run that is left with nothing to replay fails.

Renditions need their sources: where AWS_ENDPOINT_URL_S3 is set, origin-response reads them there (path style), with
the credentials in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. Without it images fall back to the
original, with reason=source-error.`,
  takesOperands: true,
  options: {
    dist: { type: 'string', value: 'DIR', about: 'the bundle', default: 'dist' },
    json: { type: 'boolean', about: 'print one JSON document: { bundle, engines, results, skipped, updated, counts }' },
    update: { type: 'boolean', about: 'record what is returned as what is expected, in the files themselves' },
  },
  exitCode:
    '0 fine; 1 a rule broken, an expectation unmet, engines that disagree, or nothing replayed; 2 wrong usage or input',
  async run({ dist, json, update }, { positionals, stdout, stderr, hint }) {
    if (positionals.length === 0) {
      throw missingInput('files or folders of events', 'no-events', hint)
    }
    const onProgress = progressOn(stderr)
    const replayed = await replay(positionals, { dist, update, onProgress, env: variablesForS3(process.env) })
    stdout.write(json ? replayJson(replayed) : replayText(replayed, painter(stdout)))
    return isReplayFine(replayCounts(replayed.results)) ? 0 : 1
  },
})

/** What the functions may know of this environment: an endpoint that was chosen for them, and the credentials for it. */
function variablesForS3(env: NodeJS.ProcessEnv): Record<string, string> {
  if (!env.AWS_ENDPOINT_URL_S3) return {}
  const names = ['AWS_ENDPOINT_URL_S3', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])))
}

/** Shows progress at most ten times a second, not for what is done at once, and clears it at the end. */
function progressOn(output: Output): (done: number, total: number) => void {
  const line = statusLine(output)
  let next = performance.now() + 500
  return (done, total) => {
    if (done === total) line.clear()
    if (done === total || performance.now() < next) return
    next = performance.now() + 100
    line.show(`${done} of ${total} events`)
  }
}
