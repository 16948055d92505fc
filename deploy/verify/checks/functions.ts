/**
 * Whether the functions are there, and whether what was named is served at all. Of which build they are, other checks
 * tell.
 */
import { carriesHeader, header, outcome, quoted, resultOf } from '../answer.ts'
import { type Check, differs, holds, judged, skipped } from '../check.ts'
import { type CheckTarget, isShown, madeAtViewerRequest, malformedPath, NO_OTHER_PATH } from '../check-target.ts'
import { isThere, requestFor } from '../objects.ts'
import { attachFunction, closedToAll, nameAnObject } from '../remedies.ts'

/** Developer Guide, "Troubleshooting error responses from your distribution". */
const FAILURES: Record<string, string> = {
  FunctionExecutionError: 'the CloudFront Function throws: its log is in CloudWatch, us-east-1',
  FunctionThrottledError:
    'the CloudFront Function takes too long: `aws cloudfront test-function` tells its utilisation',
  FunctionValidationError: 'what the CloudFront Function returns breaks a rule of the platform',
  LambdaExecutionError: 'a Lambda function throws or runs out of time: its log is in CloudWatch, in the region nearby',
  LambdaValidationError: 'what a Lambda function returns breaks a rule of the platform',
  LambdaLimitExceeded: 'the Lambda functions are at their concurrency limit',
}

const failureOf = (result: string): string | undefined =>
  FAILURES[result] && `${FAILURES[result]}. \`rimlight replay\` runs this build's functions on recorded events.`

/** What S3 said: it tells a missing permission from a wrong name. */
function lossOf(said: string, { behaviour }: CheckTarget): string | undefined {
  const where = `the origin ${behaviour.origin}`
  if (said.endsWith('; s3=403')) {
    return `S3 refused CloudFront with 403. It does so for a key that does not exist, and where CloudFront may not read: the bucket policy of ${where} has to allow s3:GetObject to this distribution, the policy of a KMS key kms:Decrypt, and the object has to belong to the bucket's account. \`aws s3api head-object\` with credentials of the bucket's owner tells whether the key is there: if it is, the permission is missing, and \`rimlight status\` reads the policies.`
  }
  return said.endsWith('; s3=404')
    ? `S3 says that there is no such key, or no such bucket: the name is wrong, or ${where} is another bucket or has another prefix.`
    : undefined
}

export const FUNCTION_CHECKS: readonly Check<CheckTarget>[] = [
  {
    id: 'viewer-request',
    title: 'what is at viewer-request runs',
    rule: 'docs/requests.md, "What is refused": a control character in the path',
    asks: 1,
    async ask(target, { ask }) {
      const path = malformedPath(target)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      const answer = await ask({ path })
      const result = resultOf(answer)
      return judged(
        answer.status === 400 && result === madeAtViewerRequest(target),
        `400, ${madeAtViewerRequest(target)} from cloudfront`,
        outcome(answer),
        failureOf(result) ?? (answer.status === 503 ? closedToAll(target) : undefined),
      )
    },
    means: (target) =>
      `No function, or not this one, answers at viewer-request: nothing is canonical, refused or redirected. ${attachFunction(target, 'viewer-request')} A 403 may be of a web ACL that comes before the function, and refuses such paths itself.`,
  },
  {
    id: 'object',
    title: 'what was named is there',
    rule: '`rimlight verify --help`: objects that exist',
    asks: 0,
    appliesTo: ({ kind, isCached }) => kind === 'api' || isCached,
    async ask(target) {
      const { objects, kind } = target
      if (objects.length === 0) {
        const example = kind === 'api' ? '/a/path?that=answers' : '/a/path/that/exists.jpg'
        return skipped(`no object of this route is known; ${nameAnObject(target, example)}`)
      }
      const lost = objects.find((object) => !isThere(object))
      if (lost === undefined) return holds(objects.map(({ path }) => path).join(', '))
      const { answer, path } = lost
      const said = header(answer, 'x-rimlight')
      const found = said === '' ? outcome(answer) : `${outcome(answer)}, x-rimlight: '${said}'`
      return differs(`200 for ${path}`, found, failureOf(resultOf(answer)) ?? lossOf(said, target))
    },
    means: ({ kind, route, behaviour }) =>
      kind === 'api'
        ? `The API does not answer this with 200, or it is not what is behind ${route.path}: its origin has to be ${behaviour.origin}. Name a path that answers a GET without credentials, or set the origin right.`
        : `Either no such object is there, and another has to be named; or the bucket does not let the distribution read: origin access control and the bucket policy have to be set for ${behaviour.origin}; or ${route.path} leads to another origin, which the order of the behaviours decides.`,
  },
  {
    id: 'origin-response',
    title: 'origin-response runs',
    rule: 'docs/requests.md, "How long a response is cached": every response of a cached route says how long',
    asks: 1,
    after: ['object'],
    appliesTo: ({ isCached }) => isCached,
    async ask(target, { ask }) {
      const answer = await ask(requestFor(target))
      return judged(
        carriesHeader(answer, 'cache-control'),
        'a cache-control',
        `${outcome(answer)}, cache-control: ${quoted(answer, 'cache-control')}`,
      )
    },
    means: (target) =>
      `Nothing decides how long a response lives: browsers guess, versions are not checked, S3's headers leak, and images stay as they are. ${attachFunction(target, 'origin-response')}`,
  },
  {
    id: 'origin-request',
    title: 'origin-request runs',
    rule: 'docs/requests.md, "How long a response is cached": no route header',
    asks: 1,
    after: ['object', 'origin-response'],
    appliesTo: (target) => target.isCached && isShown(target, 'x-rimlight'),
    async ask(target, { ask }) {
      const answer = await ask(requestFor(target))
      const says = header(answer, 'x-rimlight')
      return judged(
        !says.includes('reason=no-route'),
        'no x-rimlight: original; reason=no-route',
        `${outcome(answer)}, x-rimlight: ${quoted(answer, 'x-rimlight')}`,
      )
    },
    means: (target) =>
      `origin-response is not told which route this is: everything lives 60 s, no version counts, no image is made, and the query string reaches S3. ${attachFunction(target, 'origin-request')}`,
  },
]
