/**
 * Lambda@Edge, viewer-request, on behaviours whose tokens have public keys: what the function does, in its place, and the
 * verification that its engine has no means for.
 */
import type { CloudFrontRequest, CloudFrontRequestEvent, CloudFrontRequestResult } from 'aws-lambda'
import { MOST_CLAIMS } from '../edge/bounds.ts'
import { isKeyFor, kidOf } from '../edge/jwk.ts'
import { keySets, type TokenRule } from '../edge/rules.ts'
import { parseObject, signerOf, type TokenParts } from '../edge/token.ts'
import { textOf } from './admission.ts'
import { handler as answer } from './index.ts'
import { changedRequest, generatedResponse, requestForFunction } from './lambda-event.ts'
import { remoteKeys } from './remote-keys.ts'
import { isSignedByOne } from './signature.ts'

const sets = keySets.map((set) => ('url' in set ? remoteKeys(set.url) : { get: async () => set.keys }))

export const handler = async (event: CloudFrontRequestEvent): Promise<CloudFrontRequestResult> => {
  const request = event?.Records?.[0]?.cf?.request ?? ({} as CloudFrontRequest)
  const result = await answer({ request: requestForFunction(request), verify })
  return 'statusCode' in result
    ? generatedResponse(result)
    : changedRequest(request, requestForFunction(request), result)
}

async function verify(parts: TokenParts, rule: TokenRule): Promise<200 | 401 | 503> {
  const header = parseObject(textOf(parts[0]), MOST_CLAIMS)
  const signer = header && signerOf(header, rule.algorithms ?? [])
  if (!signer) return 401
  const { kid, algorithm } = signer
  const keys = await sets[rule.keys as number]?.get((all) =>
    all.some((jwk) => kidOf(jwk) === kid && isKeyFor(jwk, algorithm)),
  )
  if (!keys) return 503
  return isSignedByOne(parts, algorithm, kid, keys) ? 200 : 401
}
