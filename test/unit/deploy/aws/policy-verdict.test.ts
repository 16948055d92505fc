import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type PolicyDocument,
  type PolicyPrincipal,
  type PolicyRequest,
  takesAll,
  verdictOfPolicy,
} from '../../../../deploy/aws/policy-verdict.ts'

const DISTRIBUTION = 'arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE'
const SERVICE: PolicyPrincipal = { kind: 'service', name: 'cloudfront.amazonaws.com' }
const ROLE: PolicyPrincipal = { kind: 'role', arn: 'arn:aws:iam::111122223333:role/images', account: '111122223333' }
const IDENTITY: PolicyPrincipal = {
  kind: 'identity',
  arn: 'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1',
}

const request = (parts: Partial<PolicyRequest> = {}): PolicyRequest => ({
  principal: SERVICE,
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::photos/site/*',
  context: {
    'aws:sourcearn': DISTRIBUTION,
    'aws:sourceaccount': '111122223333',
    'aws:securetransport': 'true',
    'aws:sourcevpce': null,
    'aws:principalarn': null,
  },
  ...parts,
})

const ALLOW = {
  Sid: 'Read',
  Effect: 'Allow',
  Principal: { Service: 'cloudfront.amazonaws.com' },
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::photos/*',
  Condition: { StringEquals: { 'AWS:SourceArn': DISTRIBUTION } },
}
const DENY = { ...ALLOW, Sid: 'Not', Effect: 'Deny', Principal: '*' as const, Condition: {} }

type Change = NonNullable<PolicyDocument['Statement']>
const verdict = (Statement: Change, asked = request()) => verdictOfPolicy({ Statement }, asked)

describe('a statement that allows it', () => {
  it.each<[string, object]>([
    ["the console's", {}],
    ['to anybody', { Principal: '*' }],
    ['to any of AWS', { Principal: { AWS: ['*'] } }],
    ['to several services', { Principal: { Service: ['logs.amazonaws.com', 'cloudfront.amazonaws.com'] } }],
    ['of all actions, in any case', { Action: ['S3:get*'] }],
    ['but for others', { Action: undefined, NotAction: ['s3:PutObject'] }],
    ['of these keys, and more', { Resource: ['arn:aws:s3:::photos/none', 'arn:aws:s3:::photos/si*'] }],
    ['but for other keys', { Resource: undefined, NotResource: 'arn:aws:s3:::photos/drafts/*' }],
    ['without a condition', { Condition: undefined }],
    ['to a pattern of distributions', { Condition: { StringLike: { 'aws:SourceArn': 'arn:aws:cloudfront::*:*' } } }],
    ['the same as an ARN', { Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:cloudfront::*:distribution/E*' } } }],
    ['of its account', { Condition: { StringEquals: { 'aws:SourceAccount': ['1', '111122223333'] } } }],
    ['if there is such a thing', { Condition: { StringEqualsIfExists: { 'aws:SourceVpce': 'vpce-1' } } }],
    ['over TLS', { Condition: { Bool: { 'aws:SecureTransport': 'TRUE' } } }],
    ['without an endpoint', { Condition: { Null: { 'aws:SourceVpce': 'true' } } }],
  ])('%s', (_, change) => {
    expect(verdict({ ...ALLOW, ...change } as Change)).toEqual({ kind: 'allowed' })
  })
})

describe('a statement that allows something else', () => {
  it.each<[string, object, string[]]>([
    ['another service', { Principal: { Service: 'logs.amazonaws.com' } }, []],
    ['a user', { Principal: { AWS: ROLE.arn } }, []],
    ['another action', { Action: 's3:PutObject' }, []],
    ['all but this one', { Action: undefined, NotAction: 's3:Get*' }, []],
    ['other keys', { Resource: 'arn:aws:s3:::photos/drafts/*' }, []],
    ['all but these', { Resource: undefined, NotResource: 'arn:aws:s3:::photos/*' }, []],
    [
      'another distribution',
      { Condition: { StringEquals: { 'AWS:SourceArn': ['arn:E1', 'arn:E2'] } } },
      ['arn:E1', 'arn:E2'],
    ],
    ['all but this one', { Condition: { ArnNotLike: { 'AWS:SourceArn': DISTRIBUTION } } }, [DISTRIBUTION]],
    ['an endpoint', { Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } } }, []],
    ['whoever has one', { Condition: { Null: { 'aws:SourceVpce': 'false' } } }, []],
    ['HTTP', { Condition: { Bool: { 'aws:SecureTransport': 'false' } } }, []],
  ])('%s', (_, change, others) => {
    expect(verdict({ ...ALLOW, ...change } as Change)).toEqual({ kind: 'not-allowed', others })
  })

  it('nothing at all', () => {
    expect(verdictOfPolicy({}, request())).toEqual({ kind: 'not-allowed', others: [] })
  })
})

describe('a statement that denies', () => {
  it.each<[string, object]>([
    ['everybody', {}],
    ['whoever comes through no endpoint', { Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } } }],
    ['all but a user', { Condition: { StringNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*' } } }],
  ])('%s, whatever else allows it', (_, change) => {
    expect(verdict([ALLOW, { ...DENY, ...change }] as Change)).toEqual({ kind: 'denied', statement: 'Not' })
  })

  it.each<[string, object]>([
    ['HTTP', { Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
    ['other distributions', { Condition: { StringNotEquals: { 'aws:SourceArn': DISTRIBUTION } } }],
    ['other keys', { Resource: 'arn:aws:s3:::photos/drafts/*' }],
  ])('%s denies nothing of this', (_, change) => {
    expect(verdict([ALLOW, { ...DENY, ...change }] as Change)).toEqual({ kind: 'allowed' })
  })

  it('without a Sid it has a number', () => {
    expect(verdict([ALLOW, { ...DENY, Sid: undefined }] as Change)).toEqual({ kind: 'denied', statement: 'number 2' })
  })
})

describe('what is not known here', () => {
  it.each<[string, object]>([
    ['an address', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }],
    ['a key of the request', { Condition: { StringEquals: { 's3:ExistingObjectTag/open': 'yes' } } }],
    ['a set of values', { Condition: { 'ForAnyValue:StringEquals': { 'aws:SourceArn': DISTRIBUTION } } }],
    ['a variable', { Condition: { StringEquals: { 'aws:SourceArn': '$' + '{aws:PrincipalTag/x}' } } }],
    ['some of the keys', { Resource: 'arn:aws:s3:::photos/*.jpg' }],
    ['one of the keys, whose name has a star', { Resource: 'arn:aws:s3:::photos/site/$' + '{*}' }],
    ['all but some', { Principal: undefined, NotPrincipal: { AWS: 'arn:x' } }],
  ])('%s makes it unclear whether it allows, and whether it denies', (_, change) => {
    expect(verdict({ ...ALLOW, ...change } as Change)).toEqual({ kind: 'unclear', statement: 'Read' })
    expect(verdict([ALLOW, { ...DENY, ...change }] as Change)).toEqual({ kind: 'unclear', statement: 'Not' })
  })
})

it.each<[string, PolicyPrincipal, object, string]>([
  ['a role by its ARN', ROLE, { AWS: ROLE.arn }, 'allowed'],
  ['a role by its account', ROLE, { AWS: '111122223333' }, 'unclear'],
  ["a role by its account's root", ROLE, { AWS: 'arn:aws:iam::111122223333:root' }, 'unclear'],
  ['a role of another account', ROLE, { AWS: 'arn:aws:iam::444455556666:root' }, 'not-allowed'],
  ['an identity by its ARN', IDENTITY, { AWS: IDENTITY.arn }, 'allowed'],
  ['an identity by its canonical id', IDENTITY, { CanonicalUser: '79a5' }, 'unclear'],
  ['a role by a canonical id', ROLE, { CanonicalUser: '79a5' }, 'not-allowed'],
])('%s', (_, principal, Principal, kind) => {
  const statement = { ...ALLOW, Principal, Condition: {} } as Change
  expect(verdict(statement, request({ principal }))).toMatchObject({ kind })
})

it.each([
  ['a*c', 'abc', true],
  ['a*c', 'a*c', true],
  ['a?c', 'a*c', false],
  ['a?c', 'a?c', true],
  ['abc', 'a?c', false],
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['a*', 'b*', false],
  ['**b', 'aab', true],
])('%s covers %s: %s', (pattern, text, expected) => {
  expect(takesAll(pattern, text)).toBe(expected)
})

it('what covers a pattern takes each text that the pattern takes', () => {
  const pattern = fc.string({ unit: fc.constantFrom(...'ab*?'), maxLength: 6 })
  const text = fc.string({ unit: fc.constantFrom(...'ab'), maxLength: 6 })
  fc.assert(
    fc.property(pattern, pattern, text, (wide, narrow, one) => {
      fc.pre(takesAll(wide, narrow) && takesAll(narrow, one))
      expect(takesAll(wide, one)).toBe(true)
    }),
  )
})
