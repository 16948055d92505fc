/** What is redirected or refused before the cache: HTTP, other methods, paths that can be read in two ways. */
import { header, outcome, quoted, resultOf } from '../answer.ts'
import { type Check, judged, skipped } from '../check.ts'
import {
  anyPath,
  type CheckTarget,
  freshText,
  isCachedBucket,
  madeAtViewerRequest,
  madeUpPath,
  NO_OTHER_PATH,
  withinName,
} from '../check-target.ts'
import { attachFunction } from '../remedies.ts'

export const REFUSAL_CHECKS: readonly Check<CheckTarget>[] = [
  {
    id: 'https',
    title: 'HTTP is redirected to HTTPS on one of its hosts, path and query kept',
    rule: 'docs/requests.md, "What is refused"; Developer Guide, "Viewer protocol policy"',
    asks: 1,
    isOpen: true,
    async ask(target, { ask, httpUrl }) {
      if (httpUrl === undefined) return skipped('it is not known where HTTP is to be asked for; --http-url says it')
      const path = anyPath(target)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      const asked = `${path}?v=${freshText()}&b=2&a=%20`
      const [plain = '', query = ''] = asked.split('?')
      const answer = await ask({ path: plain, query: query.split('&'), isPlain: true })
      const [, host = '', rest] =
        /^https:\/\/(\[[^\]]*\]|[^/?#:]*)(?::\d+)?(.*)$/.exec(header(answer, 'location')) ?? []
      const hosts = [...new Set([httpUrl.hostname, ...target.domains])]
      return judged(
        answer.status === 301 && hosts.includes(host) && rest === asked,
        `301 to https://${hosts.join(' or ')}${plain}, the query as sent`,
        `${outcome(answer)}, location: ${quoted(answer, 'location')}`,
      )
    },
    means: ({ route, behaviour }) =>
      `Over HTTP everybody on the way can read and change what is sent. Set ViewerProtocolPolicy of ${route.path} to ${behaviour.viewerProtocolPolicy}; where HTTP is allowed, the function redirects, which needs ${behaviour.originRequestPolicy} for cloudfront-forwarded-proto.`,
  },
  {
    id: 'method',
    title: 'other methods than GET, HEAD and OPTIONS are refused',
    rule: 'docs/requests.md, "What is refused"; Developer Guide, "Allowed HTTP methods"',
    asks: 1,
    appliesTo: isCachedBucket,
    // POST to a key, without a body: of all that S3 would refuse, the one that can't change anything if it came through.
    async ask(target, { ask }) {
      const path = madeUpPath(target)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      const answer = await ask({ method: 'POST', path })
      const byFunction = answer.status === 405 && resultOf(answer) === madeAtViewerRequest(target)
      const allow = header(answer, 'allow')
      const byCloudFront = answer.status === 403 && !isFromS3(answer)
      return judged(
        (byFunction && allow === 'GET, HEAD, OPTIONS') || byCloudFront,
        "CloudFront's 403, or 405 with allow: GET, HEAD, OPTIONS",
        `${outcome(answer)}${isFromS3(answer) ? ', from S3' : ''}, allow: ${quoted(answer, 'allow')}`,
      )
    },
    means: ({ route }) =>
      `What is not for reading reaches the bucket: with origin access control, a PUT or DELETE may change it. Let ${route.path} allow GET, HEAD and OPTIONS alone.`,
  },
  {
    id: 'broken-escape',
    title: 'a broken escape in the path is refused',
    rule: 'docs/requests.md, "What is refused"; RFC 3986, 2.1',
    asks: 1,
    unless: ['viewer-request'],
    async ask(target, { ask }) {
      const path = withinName(target, '%zz')
      if (path === undefined) return skipped(NO_OTHER_PATH)
      const answer = await ask({ path })
      return judged(answer.status === 400, '400', outcome(answer))
    },
    means: (target) => `The path reaches the origin as it is. ${attachFunction(target, 'viewer-request')}`,
  },
  {
    id: 'ambiguous-path',
    title: 'a path that could be read as this route or as another is refused',
    rule: 'docs/requests.md, "What is refused"',
    asks: 1,
    unless: ['viewer-request'],
    appliesTo: (target) => ambiguousPath(target) !== undefined,
    async ask(target, { ask }) {
      const path = ambiguousPath(target)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      const answer = await ask({ path })
      return judged(answer.status === 400, `400 for ${path}`, outcome(answer))
    },
    means: (target) =>
      `CloudFront and the origin can take one path for two routes, and so slip past the rules of ${target.route.path}. ${attachFunction(target, 'viewer-request')}`,
  },
  {
    id: 'root',
    title: '/ does not list the bucket',
    rule: 'docs/requests.md, "What is refused"',
    asks: 1,
    appliesTo: (target) => isCachedBucket(target) && target.takes('/') && target.route.index === null,
    async ask(_, { ask }) {
      const answer = await ask({ path: '/' })
      const isList = answer.beginning.includes('<ListBucketResult')
      return judged(
        answer.status === 404,
        '404',
        `${outcome(answer)}${isList ? ", the list of the bucket's keys" : ''}`,
      )
    },
    means: (target) =>
      `Either anybody can read which keys there are, or a default root object is set, which no route of the config knows of. ${attachFunction(target, 'origin-request')} Take the default root object off.`,
  },
]

const isFromS3 = (answer: { beginning: Buffer; headers: readonly (readonly [string, string])[] }): boolean =>
  header(answer, 'server') === 'AmazonS3' || /^(?:<\?xml[^>]*>\s*)?<Error>/.test(answer.beginning.toString())

/** The route's own path with an escape that hides it, so that its first reading is another route's. */
function ambiguousPath(target: CheckTarget): string | undefined {
  const path = madeUpPath({ ...target, objects: [] })
  if (path === undefined) return undefined
  const letter = path.charCodeAt(1).toString(16)
  const hidden = [path.replace(/^(\/[^/]+)\//, '$1%2F'), `/%${letter}${path.slice(2)}`]
  return hidden.find((spelling) => spelling !== path && target.isAmbiguous(spelling))
}
