/** Sentences that several checks end in. */
import type { Place } from './check-target.ts'

export const attachPolicy = (place: Place, kind: 'cachePolicy' | 'originRequestPolicy' | 'responseHeadersPolicy') =>
  `Attach ${place.behaviour[kind]} of policies.json to the behaviour ${place.route.path}; \`rimlight attach\` does it.`

export const attachFunction = (place: Place, trigger: 'viewer-request' | 'origin-request' | 'origin-response') =>
  `Attach this build's ${trigger} to the behaviour ${place.route.path}; \`rimlight attach\` does it.`

export const nameAnObject = ({ route }: Place, example: string): string =>
  `name one with --object '${route.path}=${example}'`
