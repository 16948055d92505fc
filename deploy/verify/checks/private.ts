/** Private routes: who has no grant reads nothing, not from the cache either; who has one tells no other cache to keep it. */
import { header, isHit, outcome, quoted } from '../answer.ts'
import { type Asking, type Check, type CheckFinding, judged, skipped } from '../check.ts'
import { anyPath, type CheckTarget, freshText, isPrivateRoute, isVerifiedHere, NO_OTHER_PATH } from '../check-target.ts'
import type { Answer, ProbeRequest } from '../http.ts'
import { isThere, requestFor } from '../objects.ts'
import { attachFunction, attachPolicy, closedToAll } from '../remedies.ts'

const RULE = 'docs/private.md'

const refusal = (answer: Answer): string =>
  `${outcome(answer)}, www-authenticate: ${quoted(answer, 'www-authenticate')}, cache-control: ${quoted(answer, 'cache-control')}`

/** CloudFront's own refusals are 403; the function's say how to come by a grant. */
const isRefused = (target: CheckTarget, answer: Answer): boolean =>
  isVerifiedHere(target)
    ? answer.status === 401 && /^Bearer\b/.test(header(answer, 'www-authenticate'))
    : answer.status === 403

const expectedRefusal = (target: CheckTarget): string =>
  isVerifiedHere(target) ? '401 with www-authenticate: Bearer …' : '403'

type Judge = (target: CheckTarget, answer: Answer) => CheckFinding

/** Asks without a grant for a known object, or where none is known for any path: without a grant both have the same answer. */
const askedWithout =
  (judge: Judge, forge = (_: CheckTarget, request: ProbeRequest) => request) =>
  async (target: CheckTarget, { ask }: Asking): Promise<CheckFinding> => {
    const [object] = target.objects
    const path = object?.path ?? anyPath(target)
    if (path === undefined) return skipped(NO_OTHER_PATH)
    return judge(target, await ask(forge(target, { path, query: object?.query ?? [], isBare: true })))
  }

const openToAll = (target: CheckTarget): string =>
  isVerifiedHere(target)
    ? `Everybody reads what is private. ${attachFunction(target, 'viewer-request')}`
    : `Everybody reads what is private: the behaviour ${target.route.path} trusts no key group, or another behaviour comes first. Name ${target.behaviour.trustedKeyGroups.join(', ')} among its trusted key groups; \`rimlight attach\` says whether they have the config's keys.`

/** What a 503 of the function means: it refuses all requests. `undefined` for other answers. */
const unlessOpen = (target: CheckTarget, { status }: Answer): string | undefined =>
  isVerifiedHere(target) && status === 503 ? closedToAll(target) : undefined

export const PRIVATE_CHECKS: readonly Check<CheckTarget>[] = [
  {
    id: 'private-refused',
    title: 'without a grant nobody reads',
    rule: RULE,
    asks: 1,
    isOpen: true,
    appliesTo: isPrivateRoute,
    ask: askedWithout((target, answer) =>
      judged(isRefused(target, answer), expectedRefusal(target), refusal(answer), unlessOpen(target, answer)),
    ),
    means: openToAll,
  },
  {
    id: 'private-forged',
    title: 'nor with one that nobody signed',
    rule: RULE,
    asks: 1,
    isOpen: true,
    appliesTo: isPrivateRoute,
    ask: askedWithout((target, answer) => {
      const isToldSo = !isVerifiedHere(target) || /invalid_token/.test(header(answer, 'www-authenticate'))
      const expected = isVerifiedHere(target) ? '401 with error="invalid_token"' : '403'
      return judged(isRefused(target, answer) && isToldSo, expected, refusal(answer), unlessOpen(target, answer))
    }, forged),
    means: openToAll,
  },
  {
    id: 'private-no-store',
    title: 'a refusal is kept by no cache',
    rule: RULE,
    asks: 1,
    isOpen: true,
    after: ['private-refused'],
    appliesTo: (target) => isPrivateRoute(target) && isVerifiedHere(target),
    ask: askedWithout((_, answer) =>
      judged(header(answer, 'cache-control') === 'no-store', "cache-control: 'no-store'", refusal(answer)),
    ),
    means: (target) =>
      `Whoever logs in is still shown that they may not read. ${attachFunction(target, 'viewer-request')}`,
  },
  {
    id: 'private-hit',
    title: 'what is in the cache is refused without a grant as well',
    rule: RULE,
    asks: 3,
    after: ['cached'],
    appliesTo: (target) => isPrivateRoute(target) && target.isCached,
    async ask(target, { ask }) {
      const request = requestFor(target)
      await ask(request)
      const granted = await ask(request)
      if (!isHit(granted)) return skipped(`${request.path} is not in the cache: ${outcome(granted)}`)
      const answer = await ask({ ...request, isBare: true })
      const expected = `${expectedRefusal(target)} while it is a Hit with a grant`
      return judged(isRefused(target, answer), expected, refusal(answer))
    },
    means: openToAll,
  },
  {
    id: 'private-cache-control',
    title: 'no cache but the viewer’s own may keep it',
    rule: `${RULE}; RFC 9111, 5.2.2.7`,
    asks: 1,
    after: ['object'],
    appliesTo: isPrivateRoute,
    async ask(target, { ask }) {
      const object = target.objects.find(isThere)
      if (!object) return skipped('no object of this route is there')
      const answer = await ask(requestFor(target, object))
      const said = header(answer, 'cache-control')
      const isTold = /(?:^|,)\s*(?:private|no-store)\s*(?:,|$)/i.test(said) && !/\b(?:public|s-maxage)\b/i.test(said)
      return judged(isTold, 'a cache-control with private, and neither public nor s-maxage', refusal(answer))
    },
    means: (target) =>
      `A proxy between CloudFront and a viewer keeps what is private, and gives it to the next. ${attachPolicy(target, 'responseHeadersPolicy')} ${attachFunction(target, 'origin-response')}`,
  },
]

/** A grant of the right form with a made-up signature. */
function forged(target: CheckTarget, request: ProbeRequest): ProbeRequest {
  const base64url = (text: string) => Buffer.from(text).toString('base64url')
  const { auth } = target.route
  if (auth?.type !== 'jwt') {
    const signature = ['Expires=4102444800', `Signature=${base64url(freshText())}`, 'Key-Pair-Id=K2JCJMDEHXQW5F']
    return { ...request, query: [...(request.query ?? []), ...signature] }
  }
  const head = base64url(JSON.stringify({ alg: auth.algorithms[0], typ: 'JWT' }))
  const claims = base64url(JSON.stringify({ sub: freshText(), exp: 4_102_444_800 }))
  const token = `${head}.${claims}.${Buffer.alloc(32, freshText()).toString('base64url')}`
  const [, kind, name] = /^(cookie|query):(.*)$/.exec(auth.from[0] ?? '') ?? []
  if (kind === 'query') return { ...request, query: [...(request.query ?? []), `${name}=${token}`] }
  return {
    ...request,
    headers: kind === 'cookie' ? { cookie: `${name}=${token}` } : { authorization: `Bearer ${token}` },
  }
}
