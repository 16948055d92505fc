import { expect, test } from 'vitest'
import { eventKind } from '../../../../local/replay/event-kind.ts'
import { functionEvent, originRequestEvent, originResponseEvent, S3_ORIGIN } from '../fixture.ts'

const cf = (parts: object) => ({ Records: [{ cf: { config: {}, ...parts } }] })

test.each([
  ['a CloudFront Functions event', functionEvent(), 'function', 'viewer-request'],
  ['one for viewer-response', functionEvent({}, 'viewer-response'), 'function', 'viewer-response'],
  ['a Lambda@Edge event', originRequestEvent(), 'lambda', 'origin-request'],
  ['one with a response', originResponseEvent(), 'lambda', 'origin-response'],
  ['no eventType, an origin', cf({ request: { origin: S3_ORIGIN } }), 'lambda', 'origin-request'],
  [
    'no eventType, an origin, a response',
    cf({ request: { origin: S3_ORIGIN }, response: {} }),
    'lambda',
    'origin-response',
  ],
])('%s', (_, event, kind, trigger) => {
  expect(eventKind(event)).toEqual({ kind, trigger })
})

const UNCLEAR = 'does not say which trigger it is for'

test.each([
  [
    'a request without origin',
    cf({ request: {} }),
    `${UNCLEAR} (viewer-request or origin-request): config.eventType is absent`,
  ],
  [
    'a response without origin',
    cf({ request: {}, response: {} }),
    `${UNCLEAR} (origin-response or viewer-response): config.eventType is absent`,
  ],
  [
    'a template',
    cf({ config: { eventType: '{{{type}}}' }, request: { origin: S3_ORIGIN } }),
    `${UNCLEAR} (viewer-request or origin-request): config.eventType is "{{{type}}}"`,
  ],
  ['a function event', { version: '1.0', context: {}, request: {} }, `${UNCLEAR}: context.eventType is absent`],
])('unclear: %s', (_, event, reason) => {
  expect(eventKind(event)).toEqual({ kind: 'unclear', reason })
})

test.each([
  ['null', null],
  ['a number', 1],
  ['a bare request', { request: { uri: '/' } }],
  ['two records', { Records: [...originRequestEvent().Records, ...originRequestEvent().Records] }],
  ["another service's records", { Records: [{ s3: {} }] }],
])('no event: %s', (_, event) => {
  expect(eventKind(event)).toMatchObject({ kind: 'none', reason: expect.stringMatching(/^is no event/) })
})
