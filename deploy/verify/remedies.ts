/** What to do about it, in sentences that several checks share. */
import type { CheckTarget } from './check-target.ts'

export const attachPolicy = (
  target: CheckTarget,
  kind: 'cachePolicy' | 'originRequestPolicy' | 'responseHeadersPolicy',
) =>
  `Attach ${target.behaviour[kind]} of policies.json to the behaviour ${target.route.path}; \`rimlight attach\` does it.`

export const attachFunction = (target: CheckTarget, trigger: 'viewer-request' | 'origin-request' | 'origin-response') =>
  `Attach this build's ${trigger} to the behaviour ${target.route.path}; \`rimlight attach\` does it.`

/** Why most checks of a private route are not made. */
export const bringAGrant = ({ route }: CheckTarget): string =>
  route.auth?.type === 'signed'
    ? `${route.path} is private: --signed-cookie brings what opens it`
    : `${route.path} is private: --token brings what opens it`

export const nameAnObject = ({ route }: CheckTarget, example: string): string =>
  `name one with --object '${route.path}=${example}'`
