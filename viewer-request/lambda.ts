/**
 * Lambda@Edge, viewer-request, on behaviours whose tokens have public keys: what the function does, in its place, and the
 * verification that its engine has no means for.
 */
import type { CloudFrontRequest, CloudFrontRequestEvent, CloudFrontRequestResult } from 'aws-lambda'
import type { PublicKeyAlgorithm } from '../edge/config.ts'
import type { ViewerResponse } from '../edge/event.ts'
import { isKeyFor, type Jwk, kidOf } from '../edge/jwk.ts'
import { keySets, type TokenRule } from '../edge/rules.ts'
import type { Admission } from '../edge/token.ts'
import { admissionOf, type Question } from './admission.ts'
import { denied } from './denied.ts'
import { handler as answer } from './index.ts'
import { changedRequest, generatedResponse, requestForFunction } from './lambda-event.ts'
import { remoteKeys } from './remote-keys.ts'
import { response } from './response.ts'
import { isSignedByOne } from './signature.ts'

const sets = keySets.map((set) => ('url' in set ? remoteKeys(set.url) : { get: async () => set.keys }))

export const handler = async (event: CloudFrontRequestEvent): Promise<CloudFrontRequestResult> => {
  const request = event?.Records?.[0]?.cf?.request ?? ({} as CloudFrontRequest)
  const answered = answer({ request: requestForFunction(request) })
  const result = 'key' in answered ? await granted(answered) : answered
  return 'statusCode' in result
    ? generatedResponse(result)
    : changedRequest(request, requestForFunction(request), result)
}

/** The request that goes on, or a refusal. */
async function granted(question: Question) {
  const keys = await keysFor(question)
  // Nobody can tell whether the token is good.
  if (keys === null) return UNAVAILABLE
  const { parts, algorithm, key, request, route } = question
  let admission: Admission = 401
  try {
    if (isSignedByOne(parts, algorithm as PublicKeyAlgorithm, key, keys)) admission = admissionOf(question)
  } catch {
    // Its claims are no object.
  }
  return admission === 200 ? request : denied(admission, request, route)
}

const UNAVAILABLE: ViewerResponse = response(503, { 'cache-control': 'no-store', 'retry-after': '5' })

async function keysFor({ key, algorithm, route }: Question): Promise<readonly Jwk[] | null> {
  const set = sets[(route.token as TokenRule).keys as number]
  const isWanted = (jwk: Jwk) => kidOf(jwk) === key && isKeyFor(jwk, algorithm as PublicKeyAlgorithm)
  return (await set?.get((keys) => keys.some(isWanted))) ?? null
}
