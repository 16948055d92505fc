import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  addressNumber,
  cannedPolicy,
  customPolicy,
  decodedBase64,
  isInRange,
} from '../../../../../local/workers/distribution/signing-policy.ts'
import { cloudFrontBase64 } from '../../../../cloudfront-base64.ts'

describe('cannedPolicy', () => {
  it('is the text that is signed', () => {
    const text =
      '{"Statement":[{"Resource":"https://d111111abcdef8.cloudfront.net/horizon.jpg?size=large&license=yes","Condition":{"DateLessThan":{"AWS:EpochTime":1767290400}}}]}'
    const url = 'https://d111111abcdef8.cloudfront.net/horizon.jpg?size=large&license=yes'
    expect(cannedPolicy(url, '1767290400')).toEqual({
      ...{ text, resource: null, until: 1_767_290_400, from: null, addresses: null },
    })
  })

  test.each(['', '-1', '01', '1.5', '1e3', ' 1', '+1', 'soon', '9223372037', '1767290400000'])(
    'no time: %s',
    (time) => {
      expect(cannedPolicy('https://a.example/', time)).toBeUndefined()
    },
  )

  test.each(['0', '1', '9223372036'])('a time: %s', (time) => {
    expect(cannedPolicy('https://a.example/', time)?.until).toBe(Number(time))
  })
})

describe('customPolicy', () => {
  it('the guide’s own example, in all its parts', () => {
    const text = JSON.stringify(
      {
        Statement: [
          {
            Resource: 'https://*',
            Condition: {
              IpAddress: { 'AWS:SourceIp': '192.0.2.10/32' },
              DateGreaterThan: { 'AWS:EpochTime': 1_675_159_200 },
              DateLessThan: { 'AWS:EpochTime': 1_675_332_000 },
            },
          },
        ],
      },
      null,
      4,
    )
    expect(customPolicy(cloudFrontBase64(text))).toEqual({
      ...{ text, resource: 'https://*', until: 1_675_332_000, from: 1_675_159_200 },
      addresses: { network: 0xc000020a, bits: 32 },
    })
  })

  const UNTIL = { DateLessThan: { 'AWS:EpochTime': 1 } }
  const statement = (value: unknown) => JSON.stringify({ Statement: [value] })
  test.each<[string, string]>([
    ['nothing', ''],
    ['no JSON', '{'],
    ['no object', 'null'],
    ['a list', '[]'],
    ['no statement', '{"Statement":[]}'],
    ['null for a statement', '{"Statement":[null]}'],
    ['a version', JSON.stringify({ Version: '2012-10-17', Statement: [{ Condition: UNTIL }] })],
    ['an effect', statement({ Effect: 'Allow', Condition: UNTIL })],
    ['no condition', statement({ Resource: '*' })],
    ['resources in a list', statement({ Resource: ['*'], Condition: UNTIL })],
    ['a time as text', statement({ Condition: { DateLessThan: { 'AWS:EpochTime': '1' } } })],
    ['half a second', statement({ Condition: { DateLessThan: { 'AWS:EpochTime': 1.5 } } })],
    ['a time beyond 2262', statement({ Condition: { DateLessThan: { 'AWS:EpochTime': 9_223_372_037 } } })],
    ['a time by another name', statement({ Condition: { DateLessThan: { EpochTime: 1 } } })],
    ['two times', statement({ Condition: { DateLessThan: { 'AWS:EpochTime': 1, 'aws:EpochTime': 2 } } })],
    ['a beginning that is none', statement({ Condition: { ...UNTIL, DateGreaterThan: null } })],
    ['null for an address', statement({ Condition: { ...UNTIL, IpAddress: { 'AWS:SourceIp': null } } })],
    ['33 bits', statement({ Condition: { ...UNTIL, IpAddress: { 'AWS:SourceIp': '10.0.0.0/33' } } })],
    ['no bits', statement({ Condition: { ...UNTIL, IpAddress: { 'AWS:SourceIp': '10.0.0.0/' } } })],
    ['256', statement({ Condition: { ...UNTIL, IpAddress: { 'AWS:SourceIp': '10.0.0.256/32' } } })],
    ['three numbers', statement({ Condition: { ...UNTIL, IpAddress: { 'AWS:SourceIp': '10.0.0/24' } } })],
  ])('malformed: %s', (_, text) => {
    expect(customPolicy(cloudFrontBase64(text))).toBeUndefined()
  })

  it('malformed: what is no UTF-8', () => {
    expect(customPolicy(cloudFrontBase64(Buffer.from('7b2253ff227d', 'hex')))).toBeUndefined()
  })

  it('no text makes it throw', () => {
    fc.assert(fc.property(fc.string(), (text) => void customPolicy(text)))
    fc.assert(fc.property(fc.json(), (text) => void customPolicy(cloudFrontBase64(text))))
  })
})

describe('addresses', () => {
  test.each<[string, string, boolean]>([
    ['127.0.0.1', '127.0.0.1/32', true],
    ['127.0.0.2', '127.0.0.1/32', false],
    ['127.0.0.2', '127.0.0.1/31', false],
    ['127.0.0.3', '127.0.0.2/31', true],
    ['192.0.2.255', '192.0.2.0/24', true],
    ['192.0.3.0', '192.0.2.0/24', false],
    ['192.0.2.77', '192.0.2.99/24', true],
    ['255.255.255.255', '128.0.0.0/1', true],
    ['127.255.255.255', '128.0.0.0/1', false],
    ['1.2.3.4', '0.0.0.0/0', true],
    ['::ffff:127.0.0.1', '127.0.0.1/32', true],
    ['::1', '0.0.0.0/0', false],
  ])('%s in %s: %s', (address, range, expected) => {
    const [network = '', bits] = range.split('/')
    expect(isInRange(address, { network: addressNumber(network) ?? -1, bits: Number(bits) })).toBe(expected)
  })

  test.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '1.2.3.-4', 'a.b.c.d', '::', '::ffff:1.2.3', '1.2.3.4 '])(
    'no address of IPv4: "%s"',
    (text) => {
      expect(addressNumber(text)).toBeUndefined()
    },
  )
})

describe('decodedBase64', () => {
  it('gives back what was encoded, and takes nothing else for base64', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const text = cloudFrontBase64(Buffer.from(bytes))
        expect(decodedBase64(text)).toEqual(Buffer.from(bytes))
        expect(decodedBase64(`${text}!`)).toBeUndefined()
        expect(decodedBase64(text.slice(1))).toBeUndefined()
      }),
    )
  })

  test.each(['', 'ab+/', 'YQ==', 'YQ', 'Y___', '_abc', 'ab%7E', 'ab c', 'ab\n='])('none: "%s"', (text) => {
    expect(decodedBase64(text)).toBeUndefined()
  })
})
