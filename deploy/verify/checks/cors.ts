/** Reads across origins, and what OPTIONS is answered. */
import { carriesHeader, header, outcome, quoted } from '../answer.ts'
import { type Check, judged, skipped } from '../check.ts'
import { anyPath, type CheckTarget, isCachedBucket, malformedPath, NO_OTHER_PATH } from '../check-target.ts'
import type { Answer } from '../http.ts'
import { attachFunction, attachPolicy } from '../remedies.ts'

const RULE = 'Developer Guide, "Understand response headers policies"; Fetch Standard, "CORS protocol"'

const OTHER_ORIGIN = 'https://rimlight-verify.example'

/** An origin that may read, and what it is told. */
export function allowedOrigin({ route }: CheckTarget): { origin: string; told: string } {
  const origins = route.cors?.origins ?? '*'
  if (origins === '*') return { origin: OTHER_ORIGIN, told: '*' }
  const [first = OTHER_ORIGIN] = origins
  const origin = first.replace('*.', 'rimlight-verify.').replace(/:\*$/, '')
  return { origin, told: origin }
}

type Expected = readonly (readonly [name: string, value: string])[]

/** What every answer to an origin that may read has. */
function toldToAll(target: CheckTarget): Expected {
  const { credentials, exposeHeaders = [] } = target.route.cors ?? {}
  return [
    ['access-control-allow-origin', allowedOrigin(target).told],
    ...(credentials ? [['access-control-allow-credentials', 'true'] as const] : []),
    ...(exposeHeaders.length > 0 ? [['access-control-expose-headers', exposeHeaders.join(', ')] as const] : []),
  ]
}

/** Values are lists of names, in any case and with any space. */
const isSame = (a: string, b: string): boolean =>
  a.toLowerCase().replaceAll(' ', '') === b.toLowerCase().replaceAll(' ', '')

const allHold = (answer: Answer, expected: Expected): boolean =>
  expected.every(([name, value]) => isSame(header(answer, name), value))

const textOf = (expected: Expected): string => expected.map(([name, value]) => `${name}: '${value}'`).join(', ')

const foundOf = (answer: Answer, expected: Expected): string =>
  expected.map(([name]) => `${name}: ${quoted(answer, name)}`).join(', ')

const isForAll = ({ route }: CheckTarget): boolean => route.cors?.origins === '*'

export const CORS_CHECKS: readonly Check<CheckTarget>[] = [
  {
    id: 'cors',
    title: 'an origin that may read is told so',
    rule: RULE,
    asks: 1,
    appliesTo: ({ route }) => route.cors !== null,
    async ask(target, { ask }) {
      const path = anyPath(target)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      const expected = toldToAll(target)
      const answer = await ask({ path, headers: { origin: allowedOrigin(target).origin } })
      return judged(allHold(answer, expected), textOf(expected), `${outcome(answer)}, ${foundOf(answer, expected)}`)
    },
    means: (target) =>
      `Scripts, fonts and canvases of ${allowedOrigin(target).told === '*' ? 'other sites' : allowedOrigin(target).told} can't read what is here. ${attachPolicy(target, 'responseHeadersPolicy')}`,
  },
  {
    id: 'cors-stranger',
    title: 'any other origin is told nothing',
    rule: RULE,
    asks: 1,
    unless: ['viewer-request'],
    appliesTo: (target) => !isForAll(target),
    async ask(target, { ask }) {
      // An API that gets the Origin header may answer it by rules of its own; what the function refuses never gets there.
      const path = isCachedBucket(target) ? anyPath(target) : malformedPath(target)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      const answer = await ask({ path, headers: { origin: OTHER_ORIGIN } })
      return judged(
        !carriesHeader(answer, 'access-control-allow-origin'),
        'no access-control-allow-origin',
        `${outcome(answer)}, access-control-allow-origin: ${quoted(answer, 'access-control-allow-origin')}`,
      )
    },
    means: (target) =>
      `Scripts of any site can read what only some may. ${attachPolicy(target, 'responseHeadersPolicy')}`,
  },
  {
    id: 'options',
    title: 'OPTIONS is answered at the edge',
    rule: 'docs/requests.md, "What is refused"',
    asks: 1,
    unless: ['viewer-request'],
    appliesTo: isCachedBucket,
    async ask(target, { ask }) {
      const path = anyPath(target)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      const answer = await ask({ method: 'OPTIONS', path })
      return judged(
        answer.status === 204 && header(answer, 'allow') === 'GET, HEAD, OPTIONS',
        '204, allow: GET, HEAD, OPTIONS',
        `${outcome(answer)}, allow: ${quoted(answer, 'allow')}`,
      )
    },
    means: (target) =>
      `Preflights of browsers fail, and with them what they are for. Let ${target.route.path} allow GET, HEAD and OPTIONS. ${attachFunction(target, 'viewer-request')}`,
  },
  {
    id: 'preflight',
    title: 'a preflight of an origin that may read is granted',
    rule: RULE,
    asks: 1,
    after: ['options'],
    appliesTo: (target) => isCachedBucket(target) && target.route.cors !== null,
    async ask(target, { ask }) {
      const path = anyPath(target)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      const { origin, told } = allowedOrigin(target)
      const { credentials, headers, maxAge } = target.route.cors ?? {}
      const answer = await ask({ method: 'OPTIONS', path, headers: { origin, 'access-control-request-method': 'GET' } })
      const expected: Expected = [
        ['access-control-allow-origin', told],
        ...(credentials ? [['access-control-allow-credentials', 'true'] as const] : []),
        ...(headers ? [['access-control-allow-headers', headers.join(', ')] as const] : []),
        ...(maxAge === undefined ? [] : [['access-control-max-age', `${maxAge}`] as const]),
      ]
      const isGranted = /\bGET\b/.test(header(answer, 'access-control-allow-methods'))
      return judged(
        isGranted && allHold(answer, expected),
        `${textOf(expected)}, access-control-allow-methods with GET`,
        foundOf(answer, [...expected, ['access-control-allow-methods', 'GET']]),
      )
    },
    means: (target) =>
      `Browsers don't send what they asked leave for. ${attachFunction(target, 'viewer-request')} ${attachPolicy(target, 'responseHeadersPolicy')}`,
  },
]
