/** Headers of responses: those that are set, those that are not to be seen, and `Vary`. */
import { itemsOf, type ResponseHeadersPolicy } from '../../../bundle/policies.ts'
import { securityHeaders } from '../../../bundle/security-headers.ts'
import { answerMediaType, header, outcome, quoted } from '../answer.ts'
import { type Check, differs, holds, judged, skipped } from '../check.ts'
import { anyPath, type CheckTarget, isCachedBucket, isShown, malformedPath, NO_OTHER_PATH } from '../check-target.ts'
import type { Answer } from '../http.ts'
import { isThere, requestFor } from '../objects.ts'
import { attachFunction, attachPolicy, nameAnObject } from '../remedies.ts'

const RULE = 'docs/requests.md, "Which headers change"; Developer Guide, "Understand response headers policies"'

/** The config's, and what the policy removes besides: the header of cache tags. */
const removedNames = ({ headers, responseHeaders }: CheckTarget): string[] => [
  ...new Set([
    ...headers.dropResponse,
    ...itemsOf(responseHeaders.RemoveHeadersConfig).map(({ Header }) => Header.toLowerCase()),
  ]),
]

export const HEADER_CHECKS: readonly Check<CheckTarget>[] = [
  {
    id: 'headers-set',
    title: 'responses carry the headers of the config',
    rule: RULE,
    asks: 1,
    appliesTo: ({ responseHeaders }) => setHeaders(responseHeaders).length > 0,
    async ask(target, { ask }) {
      const object = target.objects.find(isThere)
      const path = object?.path ?? anyPath(target)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      const answer = await ask(requestFor(target, { path, query: object?.query ?? [] }))
      return judgedHeaders(answer, setHeaders(target.responseHeaders))
    },
    means: (target) =>
      `Browsers are not told what the config tells them. ${attachPolicy(target, 'responseHeadersPolicy')}`,
  },
  {
    id: 'headers-generated',
    title: 'so does what the function answers itself',
    rule: RULE,
    asks: 1,
    after: ['viewer-request'],
    appliesTo: ({ responseHeaders }) => setHeaders(responseHeaders).length > 0,
    async ask(target, { ask }) {
      const path = malformedPath(target)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      return judgedHeaders(await ask({ path }), setHeaders(target.responseHeaders))
    },
    means: (target) =>
      `origin-response sets these headers too, but not on what never gets there: the policy has to. ${attachPolicy(target, 'responseHeadersPolicy')}`,
  },
  {
    id: 'headers-dropped',
    title: "headers that are nobody's business are gone",
    rule: RULE,
    asks: 1,
    after: ['object'],
    appliesTo: (target) => target.isCached && removedNames(target).length > 0,
    async ask(target, { ask }) {
      const answer = await ask(requestFor(target))
      const own = setHeaders(target.responseHeaders).map(([name]) => name)
      const removed = removedNames(target)
      const left = answer.headers.filter(([name, value]) => {
        const lower = name.toLowerCase()
        // A removed `server` comes back as CloudFront's own.
        const isCloudFronts = /^x-(?:cache$|amz-cf-)/.test(lower) || (lower === 'server' && value === 'CloudFront')
        const isRemoved = !isShown(target, lower) || removed.includes(lower)
        return isRemoved && !isCloudFronts && !own.includes(lower)
      })
      const found = left.map(([name, value]) => `${name}: ${value}`).join(', ')
      return judged(left.length === 0, `none of ${removed.join(', ')}`, found || 'none of them')
    },
    means: (target) =>
      `The origin tells the world about itself. ${attachFunction(target, 'origin-response')} ${attachPolicy(target, 'responseHeadersPolicy')}`,
  },
  {
    id: 'headers-svg',
    title: 'an SVG can run no scripts',
    rule: 'docs/requests.md, "Which headers change": set on SVG',
    asks: 1,
    unless: ['origin-response'],
    after: ['object'],
    appliesTo: (target) =>
      isCachedBucket(target) && target.headers.setResponse['content-security-policy'] === undefined,
    async ask(target, { ask }) {
      const drawing = svgOf(target)
      if (!drawing) return skipped(`no SVG of this route is known; ${nameAnObject(target, '/a/drawing.svg')}`)
      const answer = await ask(requestFor(target, drawing))
      return judgedHeaders(answer, [['content-security-policy', SVG_POLICY]])
    },
    means: (target) =>
      `An SVG that somebody has uploaded runs its scripts on your domain. ${attachFunction(target, 'origin-response')}`,
  },
  {
    id: 'api-private',
    title: 'what an API answers to one is for nobody else behind CloudFront',
    rule: 'docs/requests.md, "How long a response is cached"; RFC 9111, 3.5 and 5.2.2.7',
    asks: 1,
    after: ['object'],
    // CloudFront takes out of Vary what it does not forward.
    unless: ['key-headers', 'origin-response'],
    appliesTo: ({ isCached, route }) => isCached && route.headers.includes('authorization'),
    async ask(target, { ask }) {
      const known = target.objects.find(isThere)
      if (!known) return skipped(`no path of this route is known; ${nameAnObject(target, '/a/path')}`)
      const answer = await ask(requestFor(target, known))
      const isKept = /\b(?:private|no-store)\b/.test(header(answer, 'cache-control'))
      const isVaried = /(?:^|,)\s*(?:authorization|\*)\s*(?:,|$)/i.test(header(answer, 'vary'))
      return judged(
        isKept && isVaried,
        'cache-control with private or no-store, vary with authorization',
        `${outcome(answer)}, cache-control: ${quoted(answer, 'cache-control')}, vary: ${quoted(answer, 'vary')}`,
      )
    },
    means: (target) =>
      `Another cache may give to a stranger what the API made for one, and a browser keeps it after a logout. ${attachFunction(target, 'origin-response')} ${attachPolicy(target, 'responseHeadersPolicy')}`,
  },
  {
    id: 'vary',
    title: 'responses for pictures vary with Accept',
    rule: 'docs/requests.md, "Which headers change"; RFC 9110, 12.5.5',
    asks: 1,
    after: ['origin-request'],
    appliesTo: (target) => isCachedBucket(target) && target.route.images !== null,
    async ask(target, { ask }) {
      const picture = target.objects.find(
        (object) => isThere(object) && /\.(?:jpe?g|png|gif|webp|avif|tiff?)$/i.test(object.path),
      )
      if (!picture) return skipped(`no picture of this route is known; ${nameAnObject(target, '/a/picture.jpg')}`)
      const answer = await ask(requestFor(target, picture))
      const isVaried = /(?:^|,)\s*accept\s*(?:,|$)/i.test(header(answer, 'vary'))
      return judged(isVaried, 'vary with accept', `${outcome(answer)}, vary: ${quoted(answer, 'vary')}`)
    },
    means: (target) =>
      `A cache between CloudFront and the viewer gives a picture to browsers that can't show its format. CloudFront takes Accept out of Vary where it is not forwarded. ${attachPolicy(target, 'originRequestPolicy')}`,
  },
]

/** The default of `setResponse` for SVG alone. */
export const SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

const svgOf = ({ objects }: CheckTarget) =>
  objects.find((object) => isThere(object) && answerMediaType(object.answer) === 'image/svg+xml')

function judgedHeaders(answer: Answer, expected: readonly (readonly [string, string])[]) {
  const wrong = expected.filter(([name, value]) => header(answer, name) !== value)
  if (wrong.length === 0) return holds(expected.map(([name]) => name).join(', '))
  return differs(
    wrong.map(([name, value]) => `${name}: '${value}'`).join('; '),
    `${outcome(answer)}; ${wrong.map(([name]) => `${name}: ${quoted(answer, name)}`).join('; ')}`,
  )
}

/** What a policy puts on every response, whatever stood there. */
export const setHeaders = ({
  SecurityHeadersConfig,
  CustomHeadersConfig,
}: ResponseHeadersPolicy): [string, string][] => [
  ...securityHeaders(SecurityHeadersConfig ?? {}),
  ...itemsOf(CustomHeadersConfig)
    .filter(({ Override }) => Override)
    .map(({ Header, Value }): [string, string] => [Header.toLowerCase(), Value]),
]
