/** `rimlight verify`: asks a distribution over HTTP whether it does what the config says. */

import { unexpectedInput } from '../base/errors.ts'
import { readBundle } from '../bundle/read-bundle.ts'
import { defineCommand } from '../cli/kit/command.ts'
import { painter, statusLine } from '../cli/kit/output.ts'
import { givenGrant } from './verify/grants.ts'
import { verifyJson, verifyPlanText, verifyText } from './verify/report.ts'
import { allHold, type Report } from './verify/results.ts'
import { verify } from './verify/run.ts'
import { isWithin } from './verify/timing.ts'

export const main = defineCommand({
  name: 'rimlight verify',
  usage: 'URL [--object PATH…] [options]',
  about: `Asks a distribution, one that is staged, or the CloudFront on this machine for everything that the bundle says of it:
redirects, refusals, cache keys, versions, pictures, headers, conditions, lifetimes. What it can't see without an object
that exists is skipped, and said so: name one for each route, a small one, and for compression a text beside it. The
samples of \`rimlight start\` it finds by itself.

Of private routes it asks what is refused without a grant; all else with the grant that --token or --signed-cookie brings,
or RIMLIGHT_TOKEN or RIMLIGHT_SIGNED_COOKIE in the environment, and without one that is skipped. No report tells of a grant.

It reads, and never writes: GET, HEAD, OPTIONS, and for each cached S3 route one POST without a body to a name that
nothing has, which CloudFront refuses, and S3 itself would.
Each question has a version of its own, so that the first answer is a miss: the origin sees each of them.`,
  takesOperands: true,
  options: {
    object: {
      type: 'string',
      value: '[ROUTE=]PATH',
      about:
        "an object that exists, as in a URL: /photos/dusk.jpg, or '/*=/photos/dusk.jpg'; of its query, what the function drops, versions and sizes are left out",
      multiple: true,
    },
    route: { type: 'string', value: 'PATTERN', about: 'ask about this route alone', multiple: true },
    dist: { type: 'string', value: 'DIR', about: 'the folder of the bundle', default: 'dist' },
    'http-url': { type: 'string', value: 'URL', about: 'where HTTP is redirected, if not at port 80 of the same host' },
    header: {
      type: 'string',
      value: 'NAME:VALUE',
      about: 'sent with every request, such as aws-cf-cd-staging: true for a staging distribution',
      multiple: true,
    },
    token: {
      type: 'string',
      value: 'TOKEN|@FILE',
      about: 'what opens the private routes that take tokens: all of each, or what lies outside differs',
    },
    'signed-cookie': {
      type: 'string',
      value: 'COOKIES|@FILE',
      about:
        "the same for CloudFront's signed cookies: 'CloudFront-Policy=…; CloudFront-Signature=…; CloudFront-Key-Pair-Id=…'",
    },
    insecure: { type: 'boolean', about: 'take a certificate that nobody vouches for; on this machine any is taken' },
    slow: { type: 'boolean', about: 'wait for what takes half a minute to expire' },
    timing: {
      type: 'string',
      value: 'N',
      about:
        'and ask N times each for a hit and for a miss of the first object that may be cached: DNS, connection, TLS, first byte, total; median and 95 %. A miss has a version of its own, or another value of a parameter that the route keys on',
    },
    within: {
      type: 'string',
      value: 'MS',
      about: 'with --timing: what 95 % of hits may take; beyond it the exit code is 1. Without it, no time is wrong',
    },
    json: { type: 'boolean', about: 'print one JSON document' },
  },
  examples: [
    'rimlight verify https://localhost:8443',
    'rimlight verify https://cdn.example.com --object /photos/small.jpg --object /texts/list.json',
    'rimlight verify https://cdn.example.com --object /photos/small.jpg --timing 20 --within 100',
    'rimlight verify https://cdn.example.com --object /private/a.jpg --token @token.txt',
    "rimlight verify https://d111111abcdef8.cloudfront.net --object '/api/*=/api/items?page=1' --slow --json",
  ],
  exitCode:
    '0 all holds that was asked; 1 something differs, or could not be asked, or is slower than --within, or no CloudFront answers there; 2 wrong usage or input',
  async run(values, { positionals, stdout, stderr, hint }) {
    const [address, ...more] = positionals
    if (address === undefined || more.length > 0) {
      throw unexpectedInput({
        code: 'operands',
        expected: 'one URL such as https://cdn.example.com',
        found: `${positionals.length}`,
        remedy: hint,
      })
    }
    const times = countOf('--timing', values.timing, 1000)
    const within = withinOf(values.within, times, hint)
    const status = statusLine(stderr)
    const paint = painter(stdout)
    const report = await verify({
      bundle: await readBundle(values.dist),
      url: urlOf(address, /^https:$/, 'URL', 'https://cdn.example.com'),
      httpUrl:
        values['http-url'] === undefined
          ? undefined
          : urlOf(values['http-url'], /^http:$/, '--http-url', 'http://cdn.example.com'),
      routes: values.route,
      objects: values.object,
      headers: headersOf(values.header),
      grants: {
        token: await givenGrant('--token', values.token),
        signedCookies: await givenGrant('--signed-cookie', values['signed-cookie']),
      },
      isInsecure: values.insecure,
      isSlow: values.slow,
      times,
      onPlan: (plan) => values.json || stdout.write(verifyPlanText(plan, paint)),
      onProgress: (done, total, doing) => status.show(`${done + 1} of ${total}  ${doing}`),
    }).finally(() => status.clear())
    stdout.write(values.json ? verifyJson(report) : verifyText(report, paint))
    const isInTime = within === undefined || (report.timing !== undefined && isWithin(report.timing, within))
    if (!isInTime) (values.json ? stderr : stdout).write(`${paint('red', tooSlow(report, within))}\n`)
    return allHold(report.counts) && isInTime ? 0 : 1
  },
})

/** @throws InputError for what is no whole number from 1 to this */
function countOf(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,6}$/.test(text) && Number(text) <= most) return Number(text)
  throw unexpectedInput({
    at: option,
    code: 'option-value',
    expected: `a whole number from 1 to ${most}`,
    found: JSON.stringify(text),
  })
}

function tooSlow({ timing }: Report, within: number | undefined): string {
  const found = timing?.hit ? `${timing.hit.total.p95} ms` : 'no hit'
  return `Too slow: expected 95 % of hits within ${within} ms, found ${found}`
}

function withinOf(text: string | undefined, times: number | undefined, hint: string): number | undefined {
  const within = countOf('--within', text, 60_000)
  if (within === undefined || times !== undefined) return within
  throw unexpectedInput({ code: 'option-missing', expected: '--timing N beside --within', found: 'none', remedy: hint })
}

/** @throws InputError for what is no URL of this protocol, or more than an origin */
function urlOf(text: string, protocol: RegExp, option: string, example: string): URL {
  const url = URL.parse(text)
  if (url && protocol.test(url.protocol) && url.href === `${url.origin}/`) return url
  const expected = `one such as ${example}, without a path or credentials`
  const found = JSON.stringify(text)
  throw unexpectedInput({ at: option, code: 'option-value', expected, found })
}

/** RFC 9110, 5.1 and 5.5. */
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([ -~]*)$/

/** @throws InputError for what is no header */
function headersOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, value = ''] = HEADER.exec(text) ?? []
      if (name !== undefined) return [name.toLowerCase(), value.trimEnd()]
      throw unexpectedInput({
        at: '--header',
        code: 'option-value',
        expected: "NAME:VALUE, such as 'aws-cf-cd-staging: true'",
        found: JSON.stringify(text),
      })
    }),
  )
}
