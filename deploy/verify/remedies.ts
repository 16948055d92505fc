/** What to do about it, in sentences that several checks share. */
import { publicKeyRules } from '../../bundle/settings.ts'
import { type CheckTarget, hasViewerLambda } from './check-target.ts'

export const attachPolicy = (
  target: CheckTarget,
  kind: 'cachePolicy' | 'originRequestPolicy' | 'responseHeadersPolicy',
) =>
  `Attach ${target.behaviour[kind]} of policies.json to the behaviour ${target.route.path}; \`rimlight attach\` does it.`

export const attachFunction = (target: CheckTarget, trigger: 'viewer-request' | 'origin-request' | 'origin-response') =>
  `Attach this build's ${trigger === 'viewer-request' && hasViewerLambda(target) ? 'viewer-request.zip' : trigger} to the behaviour ${target.route.path}; \`rimlight attach\` does it.`

/** Function and Lambda function each answer 503 where the other belongs; so does the latter while it has no keys. */
export function closedToAll(target: CheckTarget): string {
  const [wanted, found] = hasViewerLambda(target) ? ['viewer-request.zip', 'function'] : ['function', 'Lambda function']
  const wrong = `the behaviour has the ${found} where the ${wanted} belongs, and \`rimlight attach\` puts that right`
  const jwks = publicKeyRules(target.route)?.jwks
  const keys =
    jwks && 'url' in jwks ? `; or the Lambda function can't fetch ${jwks.url}: its log is in the region nearby` : ''
  return `Nobody reads, whatever their grant: ${wrong}${keys}.`
}

/** Why most checks of a private route are not made. */
export const bringAGrant = ({ route }: CheckTarget): string =>
  route.auth?.type === 'signed'
    ? `${route.path} is private: --signed-cookie brings what opens it`
    : `${route.path} is private: --token brings what opens it`

export const nameAnObject = ({ route }: CheckTarget, example: string): string =>
  `name one with --object '${route.path}=${example}'`
