import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  redactedRequest,
  redactedTrace,
  withoutCookieValues,
  withoutTokens,
} from '../../../../local/platform/redaction.ts'
import type { RequestTrace, TraceStep } from '../../../../local/protocol/messages.ts'
import { RFC_7515_A1, token } from '../../../contract/tokens.ts'
import { finishedRequest } from '../fixture-request.ts'

const TOKEN = token()

describe('withoutTokens', () => {
  test.each([
    ['a token', TOKEN, '(redacted)'],
    ['the example of RFC 7515, A.1', RFC_7515_A1, '(redacted)'],
    ['in a query', `w=640&t=${TOKEN}&h=1`, 'w=640&t=(redacted)&h=1'],
    ['in a URL', `http://a.example/x?t=${TOKEN}`, 'http://a.example/x?t=(redacted)'],
    ['in what a function logs', `token ${TOKEN}: expired`, 'token (redacted): expired'],
    ['two of them', `${TOKEN}, ${TOKEN}`, '(redacted), (redacted)'],
    ['two in a row', `${TOKEN}.${TOKEN}`, '(redacted).(redacted)'],
    ['after another name', `a.b.${TOKEN}`, 'a.b.(redacted)'],
    ['no token', 'v=1&w=640', 'v=1&w=640'],
    ['names of files and hosts', '/photo.min.jpg?h=cdn.images.example.com', '/photo.min.jpg?h=cdn.images.example.com'],
    ['the hash of a version', `v=${'0123456789abcdef'.repeat(4)}`, `v=${'0123456789abcdef'.repeat(4)}`],
    ['a signature of CloudFront’s', `Signature=${'a~-_'.repeat(86)}`, `Signature=${'a~-_'.repeat(86)}`],
    ['nothing', '', ''],
  ])('%s', (_, text, expected) => {
    expect(withoutTokens(text)).toBe(expected)
  })

  // In steps of its square, the test would not come to its end.
  it('no text takes long', () => {
    for (const piece of ['a', '.', 'a.', 'aaaaaaaa.', `${'a'.repeat(42)}.`]) withoutTokens(piece.repeat(100_000))
  })

  it('no token is left, whatever stands around it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        // A word that goes on is of the token: then it is none, and opens nothing.
        const text = withoutTokens(`${before}&${TOKEN}&${after}`)
        expect(text).not.toContain(TOKEN)
        expect(text.startsWith(withoutTokens(before))).toBe(true)
      }),
    )
  })
})

describe('withoutCookieValues', () => {
  test.each([
    ['none', '', ''],
    ['one', 'a=1', 'a=(redacted)'],
    ['several', 'a=1; b=2=3', 'a=(redacted); b=(redacted)'],
    ['one without a name', 'abc', '(redacted)'],
    ['one without a value', 'a=', 'a=(redacted)'],
    ['what stands between semicolons', 'a=1;; b', 'a=(redacted);; (redacted)'],
  ])('%s', (_, cookies, expected) => {
    expect(withoutCookieValues(cookies)).toBe(expected)
  })
})

it('of a request nothing but what opens something is missing', () => {
  const request = finishedRequest({
    query: `w=1&t=${TOKEN}`,
    referer: `https://www.example.com/?t=${TOKEN}`,
    cookie: `session=${TOKEN}; theme=dark`,
  })
  expect(redactedRequest(request)).toEqual({
    ...request,
    query: 'w=1&t=(redacted)',
    referer: 'https://www.example.com/?t=(redacted)',
    cookie: 'session=(redacted); theme=(redacted)',
  })
  expect(redactedRequest(finishedRequest())).toEqual(finishedRequest())
})

const traceOf = (...steps: TraceStep[]): RequestTrace => ({ summary: finishedRequest(), steps })

describe('redactedTrace', () => {
  const OPAQUE = 'an-opaque-secret'
  const change = (path: string, before: unknown): TraceStep => ({
    ...{ step: 'viewer-request', milliseconds: 1, result: 'changed', problems: [], logs: [] },
    changes: [{ sign: '~', path, before, after: before }],
  })
  test.each([
    ['authorization', change('headers.authorization', `Bearer ${OPAQUE}`), 'Bearer (redacted)'],
    ['authorization without a scheme', change('headers.authorization', OPAQUE), '(redacted)'],
    ['a cookie of an event', change('cookies.session', OPAQUE), '(redacted)'],
    ['a cookie with a strange name', change('cookies["a.b"]', OPAQUE), '(redacted)'],
    ['a header with cookies', change('headers.cookie', `session=${OPAQUE}`), 'session=(redacted)'],
    ['lines of cookies', change('headers.cookie[1]', `session=${OPAQUE}`), 'session=(redacted)'],
    ['a cookie that is set', change('headers.set-cookie', `session=${OPAQUE}; Secure`), '(redacted)'],
  ])('%s', (_, step, left) => {
    const text = JSON.stringify(redactedTrace(traceOf(step)))
    expect(text).not.toContain(OPAQUE)
    expect(text).toContain(JSON.stringify(left))
  })

  it('a key that has a token in it', () => {
    const key = {
      ...{ behaviour: '/*', path: '/a', query: `t=${TOKEN}`, cookies: `session=${OPAQUE}` },
      headers: { authorization: `Bearer ${OPAQUE}`, accept: 'image/webp' },
    }
    expect(redactedTrace(traceOf({ step: 'key', key })).steps).toEqual([
      {
        step: 'key',
        key: {
          ...{ behaviour: '/*', path: '/a', query: 't=(redacted)', cookies: 'session=(redacted)' },
          headers: { authorization: 'Bearer (redacted)', accept: 'image/webp' },
        },
      },
    ])
  })

  it('what is asked of the origin, what a function logs, and what is wrong with it', () => {
    const trace = traceOf(
      {
        step: 'origin',
        milliseconds: 1,
        method: 'GET',
        url: `http://a/?t=${TOKEN}`,
        status: 200,
        bytes: 1,
        reason: '',
      },
      {
        ...(change('uri', '/a') as object),
        logs: [TOKEN],
        problems: [`FunctionExecutionError: ${TOKEN}`],
      } as TraceStep,
    )
    expect(JSON.stringify(redactedTrace(trace))).not.toContain(TOKEN)
  })

  it('all the rest stays as it is', () => {
    const trace = traceOf(
      { step: 'behaviour', path: '/*', origin: 'photos', reason: '' },
      { step: 'access', result: 'granted', reason: 'the signed URL, by rimlight-0123456789ab' },
      change('headers.range', 'bytes=0-1'),
      change('querystring', 'v=1&w=640'),
      { step: 'cache', result: 'Hit', reason: 'fresh in the cache' },
      { step: 'store', reason: 'for 60 s' },
    )
    expect(redactedTrace(trace)).toEqual(trace)
  })
})
