import { describe, expect, it } from 'vitest'
import { addressOf, parseQuery, splitTarget, valueIn } from '../../../../../local/workers/s3/address.ts'

describe('the target', () => {
  it.each([
    ['/a/b', { rawPath: '/a/b', rawQuery: '' }],
    ['/a?b=c?d', { rawPath: '/a', rawQuery: 'b=c?d' }],
    ['/a?', { rawPath: '/a', rawQuery: '' }],
    ['?list-type=2', { rawPath: '/', rawQuery: 'list-type=2' }],
    ['//a/../b', { rawPath: '//a/../b', rawQuery: '' }],
    ['http://127.0.0.1:9000/a?b', { rawPath: '/a', rawQuery: 'b' }],
    ['http://127.0.0.1:9000', { rawPath: '/', rawQuery: '' }],
    ['/http://a/b', { rawPath: '/http://a/b', rawQuery: '' }],
  ])('%j', (target, expected) => {
    expect(splitTarget(target)).toEqual(expected)
  })
})

describe('bucket and key', () => {
  const LOCAL = '127.0.0.1:9000'
  it.each([
    ['path style', '/bucket/a/b.jpg', LOCAL, 'bucket', 'a/b.jpg'],
    ['path style at S3', '/bucket/a', 's3.eu-west-1.amazonaws.com', 'bucket', 'a'],
    ['virtual-hosted', '/a/b.jpg', 'bucket.s3.eu-west-1.amazonaws.com', 'bucket', 'a/b.jpg'],
    ['virtual-hosted without a region', '/a', 'bucket.s3.amazonaws.com', 'bucket', 'a'],
    ['virtual-hosted, as it was once', '/a', 'bucket.s3-eu-west-1.amazonaws.com', 'bucket', 'a'],
    ['virtual-hosted, dual-stack', '/a', 'bucket.s3.dualstack.eu-west-1.amazonaws.com', 'bucket', 'a'],
    ['virtual-hosted in China', '/a', 'bucket.s3.cn-north-1.amazonaws.com.cn', 'bucket', 'a'],
    ['virtual-hosted, dots in the name', '/a', 'my.bucket.s3.us-east-1.amazonaws.com', 'my.bucket', 'a'],
    ['virtual-hosted, in upper case', '/a', 'Bucket.S3.us-east-1.amazonaws.com', 'bucket', 'a'],
    ['virtual-hosted on this machine', '/a', 'bucket.localhost:9000', 'bucket', 'a'],
    ['localhost is no bucket', '/bucket/a', 'localhost:9000', 'bucket', 'a'],
    ['another host is no bucket', '/bucket/a', 's3.example.com', 'bucket', 'a'],
    ['the bucket itself', '/bucket', LOCAL, 'bucket', ''],
    ['the bucket itself, with a slash', '/bucket/', LOCAL, 'bucket', ''],
    ['the bucket itself, virtual-hosted', '/', 'bucket.s3.amazonaws.com', 'bucket', ''],
    ['the service', '/', LOCAL, null, ''],
    ['a key with a slash first', '/bucket//a', LOCAL, 'bucket', '/a'],
    ['repeated slashes', '/bucket/a//b/', LOCAL, 'bucket', 'a//b/'],
    ['dot segments', '/bucket/../a/./b/..', LOCAL, 'bucket', '../a/./b/..'],
    ['escapes, in either case', '/bucket/%c3%A9', LOCAL, 'bucket', 'é'],
    ['an escaped slash', '/bucket/a%2Fb', LOCAL, 'bucket', 'a/b'],
    ['an escaped plus and a raw one', '/bucket/a%2Bb+c', LOCAL, 'bucket', 'a+b c'],
    ['an escaped percent', '/bucket/%252F', LOCAL, 'bucket', '%2F'],
    ['a backslash', '/bucket/a\\b%5Cc', LOCAL, 'bucket', 'a\\b\\c'],
    ['a byte order mark', '/bucket/%EF%BB%BFa', LOCAL, 'bucket', '\uFEFFa'],
  ])('%s', (_name, rawPath, host, bucket, key) => {
    expect(addressOf(rawPath, host)).toEqual({ bucket, key })
  })

  it.each(['/bucket/%', '/bucket/%zz', '/bucket/%E9', '/bucket/%ED%A0%80', 'bucket/a', '*'])(
    'none in %j',
    (rawPath) => {
      expect(() => addressOf(rawPath, LOCAL)).toThrow(
        expect.objectContaining({
          code: 'InvalidURI',
          message: 'The target of the request is no path with whole escapes of UTF-8.',
        }),
      )
    },
  )
})

describe('the query', () => {
  it.each([
    ['', []],
    [
      'a=b&c',
      [
        ['a', 'b'],
        ['c', ''],
      ],
    ],
    ['&a=b&&', [['a', 'b']]],
    [
      'a=b=c&a=d',
      [
        ['a', 'b=c'],
        ['a', 'd'],
      ],
    ],
    ['prefix=a%2Fb+c%2B', [['prefix', 'a/b c+']]],
    ['=b', [['', 'b']]],
  ])('%j', (rawQuery, expected) => {
    expect(parseQuery(rawQuery)).toEqual(expected)
  })

  it('gives the first value of a name', () => {
    expect(valueIn(parseQuery('a=1&a=2'), 'a')).toBe('1')
    expect(valueIn(parseQuery('a=1'), 'b')).toBeUndefined()
  })

  it('is refused with a broken escape', () => {
    expect(() => parseQuery('a=%f')).toThrow(expect.objectContaining({ code: 'InvalidURI' }))
  })
})
