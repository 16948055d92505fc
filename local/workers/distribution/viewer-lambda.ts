import { at } from '../../../base/json-values.ts'
import { lambdaResponse, viewerLambdaRequest, viewerRequestEvent } from '../../platform/lambda-event.ts'
import { type Lambdas, runLambda } from './lambdas.ts'
import type { EdgeRequest } from './messages.ts'
import type { Trace } from './trace.ts'
import type { FunctionOutcome } from './viewer-function.ts'

/** Runs the bundle's Lambda@Edge function at viewer-request, on a behaviour that has it in the place of the function. */
export async function runViewerLambda(
  lambdas: Lambdas,
  request: EdgeRequest,
  ip: string,
  requestId: string,
  trace: Trace,
): Promise<FunctionOutcome> {
  const event = viewerRequestEvent(request, ip, requestId)
  const outcome = await runLambda(lambdas, 'viewer-request', event, at(event, 'Records', 0, 'cf', 'request'), trace)
  if (outcome.kind === 'failed') return outcome
  if (!('status' in outcome.value)) return { kind: 'request', request: viewerLambdaRequest(outcome.value, request) }
  const { status, headers, body = null } = lambdaResponse(outcome.value)
  return { kind: 'response', response: { status, headers, body } }
}
