import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type ObjectFacts, parseVersion, type Verdict, verdictOn } from '../../../edge/version.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const SETTLE = 600
const DAY = 86_400_000

const nothing: ObjectFacts = { lastModified: Number.NaN, etag: '', metaVersion: '', metaSha256: '' }
const verdict = (version: string, facts: Partial<ObjectFacts> = {}) =>
  verdictOn(version, { ...nothing, ...facts }, { now: NOW, settle: SETTLE })

describe('parseVersion', () => {
  it.each(['1', 'v1.2.3', 'A-z_0~9.', 'x'.repeat(64), ''])('%j is itself', (version) => {
    expect(parseVersion(version)).toBe(version)
  })

  it.each(['a b', 'a/b', 'é', 'a%20', 'x'.repeat(65), 'a\n', 'a&b'])('%j is none', (version) => {
    expect(parseVersion(version)).toBe('')
  })
})

test('without a version there is nothing to hold against the object', () => {
  expect(verdict('', { lastModified: NOW, metaVersion: '1' })).toBe('unversioned')
})

describe('a timestamp', () => {
  const old = NOW - 30 * DAY

  it.each<[string, number, number, Verdict]>([
    ['at the moment of the upload', old, old, 'verified'],
    ['up to `settle` before the upload', old, old + SETTLE * 1000, 'verified'],
    ['more than `settle` before the upload: an old link to new bytes', old, old + SETTLE * 1000 + 1, 'unknown'],
    ['long after the upload, and settled', old + 10 * DAY, old, 'verified'],
    ['fresh, up to 2 s after the upload', NOW, NOW - 2_000, 'verified'],
    ['fresh, more than 2 s after the upload', NOW, NOW - 2_001, 'unsettled'],
    ['as old as `settle`', NOW - SETTLE * 1000, old, 'verified'],
    ['younger than `settle`', NOW - SETTLE * 1000 + 1, old, 'unsettled'],
    ['fresh, of an upload just after it', NOW - 1_000, NOW, 'verified'],
    ['from the future, of an upload before it', NOW + DAY, NOW, 'unsettled'],
    ['without a last-modified', old, Number.NaN, 'unknown'],
    ['fresh, without a last-modified', NOW, Number.NaN, 'unknown'],
  ])('%s: %s against %s is %s', (_rule, time, lastModified, expected) => {
    expect(verdict(`${time}`, { lastModified })).toBe(expected)
  })

  it('of 10 digits is in seconds', () => {
    expect(verdict(`${NOW / 1000}`, { lastModified: NOW - 2_001 })).toBe('unsettled')
    expect(verdict(`${old / 1000}`, { lastModified: old })).toBe('verified')
  })

  it('says nothing by the metadata: it is a time', () => {
    expect(verdict(`${old}`, { lastModified: old, metaVersion: 'other' })).toBe('verified')
    expect(verdict(`${old}`, { lastModified: Number.NaN, metaVersion: `${old}` })).toBe('unknown')
  })

  it.each([
    ['seconds, in September 2001', '1000000000'],
    ['milliseconds, in September 2001', '1000000000000'],
    ['seconds, a day from now', `${(NOW + DAY) / 1000}`],
    ['milliseconds, a day from now', `${NOW + DAY}`],
  ])('%s, is one: the metadata is not asked', (_rule, version) => {
    expect(verdict(version, { metaVersion: version })).toBe('unknown')
  })

  it.each([
    ['seconds, before September 2001', '0999999999'],
    ['milliseconds, before September 2001', '0999999999999'],
    ['seconds, more than a day from now', `${(NOW + DAY) / 1000 + 1}`],
    ['milliseconds, more than a day from now', `${NOW + DAY + 1}`],
    ['9 digits', '123456789'],
    ['11 digits', '17000000000'],
    ['12 digits', '170000000000'],
    ['14 digits', '17000000000000'],
    ['with a letter', '1700000000a'],
    ['with a sign', '-1700000000'],
    ['with a fraction', '170000000.0'],
  ])('%s, is none: the object itself is asked', (_rule, version) => {
    expect(verdict(version, { lastModified: NOW })).toBe('unknown')
    expect(verdict(version, { metaVersion: version })).toBe('verified')
  })

  test('is never verified for an object older than it, while it is fresh', () => {
    const fresh = fc.integer({ min: NOW - SETTLE * 1000 + 1, max: NOW + DAY })
    const older = fc.integer({ min: 2_001, max: 10 * 365 * DAY })
    const facts = fc.record({ etag: fc.string(), metaVersion: fc.string(), metaSha256: fc.string() })
    fc.assert(
      fc.property(fresh, older, facts, (time, age, facts) => {
        expect(verdict(`${time}`, { ...facts, lastModified: time - age })).toBe('unsettled')
      }),
    )
  })
})

describe('any other version', () => {
  const md5 = '0123456789abcdef0123456789abcdef'
  const sha256 = 'fedcba9876543210'.repeat(4)

  it.each<[string, string, Partial<ObjectFacts>, Verdict]>([
    ['the metadata version itself', 'v7', { metaVersion: 'v7' }, 'verified'],
    ['another metadata version', 'v7', { metaVersion: 'v6' }, 'unsettled'],
    ['case counts in the metadata version', 'V7', { metaVersion: 'v7' }, 'unsettled'],
    ['no metadata at all', 'v7', {}, 'unknown'],
    ['the whole ETag', md5, { etag: `"${md5}"` }, 'verified'],
    ['8 characters of the ETag', md5.slice(0, 8), { etag: `"${md5}"` }, 'verified'],
    ['7 characters of the ETag', md5.slice(0, 7), { etag: `"${md5}"` }, 'unknown'],
    ['the ETag in any case', md5.slice(0, 12).toUpperCase(), { etag: `"${md5}"` }, 'verified'],
    ['an ETag in upper case', md5.slice(0, 12), { etag: `"${md5.toUpperCase()}"` }, 'verified'],
    ['the middle of the ETag', md5.slice(4, 16), { etag: `"${md5}"` }, 'unknown'],
    ['more than the ETag', `${md5}0`, { etag: `"${md5}"` }, 'unknown'],
    ['the ETag of a multipart upload', `${md5}-12`, { etag: `"${md5}-12"` }, 'verified'],
    ['a weak ETag names no bytes', md5, { etag: `W/"${md5}"` }, 'unknown'],
    ['an ETag without quotes', md5, { etag: md5 }, 'unknown'],
    ['an ETag that is no hash', 'abcdefgh', { etag: '"abcdefgh"' }, 'unknown'],
    ['the sha256', sha256, { metaSha256: sha256 }, 'verified'],
    ['8 characters of the sha256', sha256.slice(0, 8), { metaSha256: sha256 }, 'verified'],
    ['7 characters of the sha256', sha256.slice(0, 7), { metaSha256: sha256 }, 'unknown'],
    ['another sha256', '0'.repeat(64), { metaSha256: sha256 }, 'unsettled'],
    ['64 hexadecimal characters without a sha256', '0'.repeat(64), {}, 'unknown'],
    ['64 other characters against a sha256', 'g'.repeat(64), { metaSha256: sha256 }, 'unknown'],
    [
      'a prefix of the ETag, though the metadata version differs',
      md5.slice(0, 8),
      { etag: `"${md5}"`, metaVersion: 'x' },
      'verified',
    ],
    ['an empty metadata version is none', 'v7', { metaVersion: '' }, 'unknown'],
    ['a last-modified says nothing', 'v7', { lastModified: NOW }, 'unknown'],
  ])('%s', (_rule, version, facts, expected) => {
    expect(verdict(version, facts)).toBe(expected)
  })
})
