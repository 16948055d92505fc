/**
 * CloudFront Function, viewer-request, where a route has tokens. `async`, because a store is read, once at most: the
 * Developer Guide knows no other way to answer later.
 */
import type { ViewerRequest, ViewerResponse } from '../edge/event.ts'
import { type Admission, TOKEN_KEYS } from '../edge/token.ts'
import { admissionOf, isSigned } from './admission.ts'
import { denied } from './denied.ts'
import { handler as answer } from './index.ts'
import { cf } from './platform.ts'

export async function handler(event: { request: ViewerRequest }): Promise<ViewerRequest | ViewerResponse> {
  const answered = answer(event)
  if (!('key' in answered)) return answered
  let admission: Admission = 401
  try {
    const secret = await cf.kvs().get(TOKEN_KEYS + answered.key)
    if (isSigned(answered.parts, secret)) admission = admissionOf(answered)
  } catch (_) {
    // No store, no such key in it, or no claims.
  }
  return admission === 200 ? answered.request : denied(admission, answered.request, answered.route)
}
