/** What `rimlight start` says, for people. */
import { type Colour, type Output, type Paint, statusLine } from '../../cli/kit/output.ts'
import type { FinishedRequest, ResultType } from '../protocol/messages.ts'
import type { ReadyEvent, Say, StartEvent } from './events.ts'

/** @param options.isQuiet says nothing of requests */
export function sayToPeople(stdout: Output, stderr: Output, paint: Paint, options: { isQuiet: boolean }) {
  const status = statusLine(stdout)
  const say: Say = (event) => {
    if (event.event === 'building') return status.show(`Building ${event.out}/ from ${event.config} …`)
    if (event.event === 'starting') return status.show('Starting …')
    if (event.event === 'request' && options.isQuiet) return
    status.clear()
    // Clears the ^C that the terminal shows.
    if (event.event === 'stopping' && stdout.isTTY) stdout.write('\r\u001b[K')
    if (event.event === 'warning') stderr.write(`${paint('yellow', event.message)}\n`)
    else stdout.write(eventText(event, paint))
  }
  return {
    say,
    /** Takes the line of progress away, before an error is said. */
    close: status.clear,
  }
}

type PrintedEvent = Exclude<StartEvent, { event: 'building' | 'starting' | 'warning' }>

function eventText(event: PrintedEvent, paint: Paint): string {
  switch (event.event) {
    case 'ready':
      return readyText(event, paint)
    case 'request':
      return `${requestLine(event.request, paint)}\n`
    case 'changed':
      return `${paint('dim', `${event.files.join(', ')}: changed, building …`)}\n`
    case 'reloaded':
      return event.isChanged
        ? `${paint('green', 'Reloaded')} in ${(event.milliseconds / 1000).toFixed(1)} s\n`
        : `${paint('dim', 'Built the same bundle; nothing to reload')}\n`
    case 'not-reloaded':
      return `${paint('red', event.message)}\n${paint('dim', 'What ran before runs on')}\n`
    case 'stopping':
      return 'Stopping …\n'
    case 'stopped':
      return 'Stopped\n'
  }
}

function readyText(ready: ReadyEvent, paint: Paint): string {
  const { site, realOrigins, page, certificate, examples } = ready
  const behindOf = ({ name, behind }: { name: string; behind: string }) =>
    realOrigins.includes(name) ? `${behind}, the real one` : behind
  const curl = certificate === null ? 'curl takes it with -k' : `curl takes it with --cacert ${certificate}`
  const sections = [
    [
      paint('bold', 'CloudFront is running on this machine'),
      ...columns([
        ['viewers', paint('cyan', site.httpsUrl)],
        ['', paint('cyan', site.httpUrl)],
        ['what happens', paint('cyan', page)],
      ]),
    ],
    ...(site.tenants.length > 0
      ? [
          [
            paint('bold', 'Tenants'),
            ...columns(site.tenants.map(({ id, url, behind }) => [id, `${paint('cyan', url)}  ${printable(behind)}`])),
          ],
        ]
      : []),
    [paint('bold', 'Origins'), ...columns(site.origins.map((origin) => [origin.name, printable(behindOf(origin))]))],
    ...(Object.keys(site.keyPairIds).length > 0
      ? [
          [
            paint('bold', 'Key-Pair-Id'),
            ...columns(Object.entries(site.keyPairIds).map(([group, ids]) => [group, ids.join(', ')])),
          ],
        ]
      : []),
    ...(examples.length > 0
      ? [[paint('bold', 'Try'), ...examples.flatMap(({ url, shows }) => [`  ${paint('cyan', url)}`, `    ${shows}`])]]
      : []),
    [
      `The certificate is this machine's own: browsers ask whether to go on, ${curl}.`,
      'A change of the config or of a source is built and reloaded. Ctrl-C ends it.',
    ],
  ]
  return `\n${sections.map((lines) => `${lines.join('\n')}\n`).join('\n')}\n`
}

const columns = (rows: [string, string][]): string[] => {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)
}

const RESULT_COLOURS: Partial<Record<ResultType, Colour>> = {
  Hit: 'green',
  RefreshHit: 'green',
  Miss: 'yellow',
  Redirect: 'dim',
  FunctionGeneratedResponse: 'cyan',
  LambdaGeneratedResponse: 'cyan',
}

/** Time, result, status, method, URL, bytes, how long it took, and what a rendition is. */
function requestLine(request: FinishedRequest, paint: Paint): string {
  const { time, resultType, status, method, tenant, path, query, bodyBytes, milliseconds, rimlight } = request
  const url = `${tenant === undefined ? '' : `${tenant} `}${path}${query === '' ? '' : `?${query}`}`
  return [
    paint('dim', new Date(time).toTimeString().slice(0, 8)),
    paint(RESULT_COLOURS[resultType] ?? 'red', resultType.padEnd(10)),
    status >= 400 ? paint('red', String(status)) : String(status),
    printable(`${method} ${url}`),
    paint(
      'dim',
      [size(bodyBytes), `${Math.round(milliseconds)} ms`, ...(rimlight === '' ? [] : [printable(rimlight)])].join(', '),
    ),
  ].join('  ')
}

function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** Escapes control characters: a terminal would obey those that viewers send. */
const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  text.replace(/[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, (character) =>
    character.charCodeAt(0) < 256
      ? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
      : `\\u${character.charCodeAt(0).toString(16)}`,
  )
