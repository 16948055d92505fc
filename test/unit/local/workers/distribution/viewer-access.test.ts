/** What the table of CloudFront's rules cannot tell: the very second, and whatever a viewer may send. */
import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Behaviour, Policies } from '../../../../../bundle/policies.ts'
import type { HeaderLine } from '../../../../../local/protocol/messages.ts'
import { accessOf, trustedKeys } from '../../../../../local/workers/distribution/viewer-access.ts'
import { cloudFrontBase64 } from '../../../../cloudfront-base64.ts'
import { runs } from '../../../../runs.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const encodedKey = String(publicKey.export({ type: 'spki', format: 'pem' }))
const POLICIES = { keyGroups: { members: { publicKeys: [{ name: 'K1', encodedKey }] } } } as unknown as Policies
const behaviour = (...trustedKeyGroups: string[]) => ({ trustedKeyGroups }) as unknown as Behaviour
const KEYS = new Map(trustedKeys(behaviour('members'), POLICIES))

const T = 1_767_290_400

function access(policy: string, now: number, { host = 'cdn.example.com', ip = '127.0.0.1' } = {}) {
  const signature = cloudFrontBase64(sign('sha1', Buffer.from(policy), privateKey))
  const query = `a=1&Policy=${cloudFrontBase64(policy)}&Signature=${signature}&Key-Pair-Id=K1`
  const headers: HeaderLine[] = [['host', host]]
  return accessOf({ request: { method: 'GET', path: '/x', query, headers }, scheme: 'https', ip, now }, KEYS)
}

const policy = (condition: object, resource = '*') =>
  JSON.stringify({ Statement: [{ Resource: resource, Condition: condition }] })
const until = (time: number) => ({ DateLessThan: { 'AWS:EpochTime': time } })

describe('the second counts', () => {
  test.each<[string, number, string]>([
    ['the last millisecond before the end', T * 1000 - 1, 'the signed URL, by K1'],
    ['the end', T * 1000, 'it ended at 2026-01-01T18:00:00.000Z'],
  ])('%s', (_, now, reason) => {
    expect(access(policy(until(T)), now).reason).toBe(reason)
  })

  // "Users are not allowed to access the file on or before the specified date and time."
  test.each<[string, number, string]>([
    ['the beginning', T * 1000, 'it begins after 2026-01-01T18:00:00.000Z'],
    ['the last millisecond of its second', T * 1000 + 999, 'it begins after 2026-01-01T18:00:00.000Z'],
    ['the next second', T * 1000 + 1000, 'the signed URL, by K1'],
  ])('%s', (_, now, reason) => {
    expect(access(policy({ ...until(T + 60), DateGreaterThan: { 'AWS:EpochTime': T } }), now).reason).toBe(reason)
  })
})

test.each<[string, string, string, boolean]>([
  ['the host as it was sent', 'localhost:8443', 'https://localhost:8443/x?a=1', true],
  ['or without the port, which is this machine’s own', 'localhost:8443', 'https://localhost/x?a=1', true],
  ['no other port', 'localhost:8443', 'https://localhost:8444/x?a=1', false],
  ['no port where none was sent', 'localhost', 'https://localhost:8443/x?a=1', false],
])('%s', (_, host, resource, isGranted) => {
  expect(access(policy(until(T), resource), 0, { host }).kind).toBe(isGranted ? 'granted' : 'refused')
})

test('the trace says what is wrong', () => {
  const reason = (condition: object, resource?: string) => access(policy(condition, resource), 0).reason
  expect(reason({ ...until(T), IpAddress: { 'AWS:SourceIp': '10.0.0.0/8' } })).toBe(
    'it is not for viewers at 127.0.0.1',
  )
  expect(reason(until(T), 'https://cdn.example.com/y')).toBe('it is for https://cdn.example.com/y alone')
  expect(reason({})).toBe('the policy is not one statement with a Condition that has a DateLessThan')
})

test('a behaviour without key groups trusts nobody, and asks nobody', () => {
  expect(trustedKeys(behaviour(), POLICIES)).toBeNull()
})

test.each(['editors', '__proto__', 'constructor'])('a group that is not there: %s', (name) => {
  expect(() => trustedKeys(behaviour(name), POLICIES)).toThrow(`policies.json has no key group ${name}`)
})

it('nothing that a viewer makes up is granted, and nothing makes it throw', () => {
  const name = fc.constantFrom('Expires', 'Policy', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm', '__proto__', '')
  const value = fc.oneof(
    fc.constantFrom('K1', 'SHA1', 'SHA256', '__proto__', 'constructor', String(T), '%', '%7E', ''),
    fc.string(),
    fc.json().map(cloudFrontBase64),
    fc.uint8Array({ maxLength: 80 }).map((bytes) => cloudFrontBase64(Buffer.from(bytes))),
    fc.constant(cloudFrontBase64(policy(until(T)))),
  )
  const pairs = fc.array(
    fc.tuple(name, value).map((pair) => pair.join('=')),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(pairs, pairs, (query, cookies) => {
      const headers: HeaderLine[] = [['cookie', cookies.map((pair) => `CloudFront-${pair}`).join('; ')]]
      const request = { method: 'GET', path: '/x', query: query.join('&'), headers }
      expect(accessOf({ request, scheme: 'https', ip: '127.0.0.1', now: 0 }, KEYS).kind).toBe('refused')
    }),
    { numRuns: runs(20_000) },
  )
})

it('no bit of a signed URL can be another one', () => {
  const text = policy(until(T), 'https://cdn.example.com/x?a=1')
  const signature = sign('sha1', Buffer.from(text), privateKey)
  const parts = [Buffer.from(text), signature]
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1 }), fc.nat(), fc.integer({ min: 0, max: 7 }), (which, at, bit) => {
      const changed = parts.map((bytes) => Buffer.from(bytes))
      const bytes = changed[which] as Buffer
      const index = at % bytes.length
      bytes[index] = (bytes[index] as number) ^ (1 << bit)
      const [policy = bytes, signature = bytes] = changed
      const query = `a=1&Policy=${cloudFrontBase64(policy)}&Signature=${cloudFrontBase64(signature)}&Key-Pair-Id=K1`
      const request = { method: 'GET', path: '/x', query, headers: [['host', 'cdn.example.com']] as HeaderLine[] }
      expect(accessOf({ request, scheme: 'https', ip: '127.0.0.1', now: 0 }, KEYS).kind).toBe('refused')
    }),
    { numRuns: runs(1_000) },
  )
})
