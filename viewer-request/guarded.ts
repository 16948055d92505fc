/**
 * CloudFront Function, viewer-request, where a route has tokens. `async`, because a store is read, once at most: the
 * Developer Guide knows no other way to answer later.
 */
import cf from 'cloudfront'
import type { ViewerRequest, ViewerResponse } from '../edge/event.ts'
import { TOKEN_KEYS } from '../edge/token.ts'
import { verdictOn } from './admission.ts'
import { denied } from './denied.ts'
import { handler as answer, type ViewerEvent } from './index.ts'

export async function handler(event: ViewerEvent): Promise<ViewerRequest | ViewerResponse> {
  const answered = answer(event)
  if (!('key' in answered)) return answered
  let secret = ''
  try {
    secret = await cf.kvs().get(TOKEN_KEYS + answered.key)
  } catch (_) {
    // No store, or no such key in it.
  }
  const verdict = verdictOn(answered, secret)
  const request = answered.request
  return verdict === 200
    ? (answer({ request, admitted: answered }) as ViewerRequest | ViewerResponse)
    : denied(verdict, request, answered.route)
}
