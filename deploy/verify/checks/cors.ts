/** Reads across origins, and what OPTIONS is answered. */
import { carriesHeader, header, outcome, quoted } from '../answer.ts'
import { type Check, judged, skipped } from '../check.ts'
import { anyPath, type CheckTarget, isCachedBucket, malformedPath, NO_OTHER_PATH } from '../check-target.ts'
import { attachFunction, attachPolicy } from '../remedies.ts'

const RULE = 'Developer Guide, "Understand response headers policies"; Fetch Standard, "CORS protocol"'

const OTHER_ORIGIN = 'https://rimlight-verify.example'

/** An origin that may read, and what it is told. */
function allowedOrigin({ route }: CheckTarget): { origin: string; told: string } {
  const origins = route.cors?.origins ?? '*'
  const [first = OTHER_ORIGIN] = origins === '*' ? [OTHER_ORIGIN] : origins
  return { origin: first, told: origins === '*' ? '*' : first }
}

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
      const { origin, told } = allowedOrigin(target)
      const answer = await ask({ path, headers: { origin } })
      return judged(
        header(answer, 'access-control-allow-origin') === told,
        `access-control-allow-origin: '${told}'`,
        `${outcome(answer)}, access-control-allow-origin: ${quoted(answer, 'access-control-allow-origin')}`,
      )
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
    rule: 'README, "What is refused"',
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
      const maxAge = target.route.cors?.maxAge
      const answer = await ask({ method: 'OPTIONS', path, headers: { origin, 'access-control-request-method': 'GET' } })
      const expected = [
        ['access-control-allow-origin', told],
        ...(maxAge === undefined ? [] : [['access-control-max-age', `${maxAge}`]]),
      ] as const
      const isGranted = /\bGET\b/.test(header(answer, 'access-control-allow-methods'))
      return judged(
        isGranted && expected.every(([name = '', value]) => header(answer, name) === value),
        [...expected.map(([name, value]) => `${name}: '${value}'`), 'access-control-allow-methods with GET'].join(', '),
        [...expected.map(([name]) => name), 'access-control-allow-methods']
          .map((name = '') => `${name}: ${quoted(answer, name)}`)
          .join(', '),
      )
    },
    means: (target) =>
      `Browsers don't send what they asked leave for. ${attachFunction(target, 'viewer-request')} ${attachPolicy(target, 'responseHeadersPolicy')}`,
  },
]
