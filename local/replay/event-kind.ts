import { at, isObject } from '../../base/json-values.ts'

/** The triggers of CloudFront; a bundle has some of them. */
const EVENT_TRIGGERS = ['viewer-request', 'origin-request', 'origin-response', 'viewer-response'] as const

export type EventTrigger = (typeof EVENT_TRIGGERS)[number]

export type EventKind =
  | { kind: 'function' | 'lambda'; trigger: EventTrigger }
  /** An event that does not tell its trigger. */
  | { kind: 'unclear'; reason: string }
  /** Not an event at all. */
  | { kind: 'none'; reason: string }

/**
 * For which kind of function and which trigger an event is, by its shape. CloudFront Functions: `version` and `context.eventType`; Lambda@Edge:
 * `Records[0].cf.config.eventType`. Developer Guide, "CloudFront Functions event structure" and "Lambda@Edge event
 * structure".
 */
export function eventKind(event: unknown): EventKind {
  if (isObject(event) && 'Records' in event) return lambdaEventKind(event.Records)
  if (isObject(event) && (isObject(event.context) || (isObject(event.request) && 'version' in event))) {
    return functionEventKind(at(event, 'context', 'eventType'))
  }
  return {
    kind: 'none',
    reason: 'is no event: neither of CloudFront Functions (`version`, `context`) nor of Lambda@Edge (`Records[0].cf`)',
  }
}

const UNCLEAR = 'does not say which trigger it is for'

function functionEventKind(type: unknown): EventKind {
  if (type === 'viewer-request' || type === 'viewer-response') return { kind: 'function', trigger: type }
  return { kind: 'unclear', reason: `${UNCLEAR}: context.eventType is ${shown(type)}` }
}

function lambdaEventKind(records: unknown): EventKind {
  if (!Array.isArray(records) || records.length !== 1 || !isObject(at(records, 0, 'cf'))) {
    return { kind: 'none', reason: 'is no event of Lambda@Edge: `Records` must hold one record with `cf`' }
  }
  const cf = at(records, 0, 'cf')
  const type = at(cf, 'config', 'eventType')
  const known = EVENT_TRIGGERS.find((trigger) => trigger === type)
  if (known) return { kind: 'lambda', trigger: known }
  const hasResponse = isObject(at(cf, 'response'))
  // Only events for origin triggers hold the origin.
  if (type === undefined && isObject(at(cf, 'request', 'origin'))) {
    return { kind: 'lambda', trigger: hasResponse ? 'origin-response' : 'origin-request' }
  }
  const candidates = hasResponse ? 'origin-response or viewer-response' : 'viewer-request or origin-request'
  return { kind: 'unclear', reason: `${UNCLEAR} (${candidates}): config.eventType is ${shown(type)}` }
}

const shown = (type: unknown) => (type === undefined ? 'absent' : JSON.stringify(type))
