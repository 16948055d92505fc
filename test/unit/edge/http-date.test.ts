import { describe, expect, it } from 'vitest'
import { httpDate } from '../../../edge/http-date.ts'

describe('httpDate: RFC 9110, 5.6.7', () => {
  it.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
    ['Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
    ['Sun Nov  6 08:49:37 1994', '1994-11-06T08:49:37.000Z'],
    ['Sun Nov 16 08:49:37 1994', '1994-11-16T08:49:37.000Z'],
    ['Friday, 01-Jan-69 00:00:00 GMT', '2069-01-01T00:00:00.000Z'],
    ['Thursday, 01-Jan-70 00:00:00 GMT', '1970-01-01T00:00:00.000Z'],
    ['Thu, 29 Feb 2024 00:00:00 GMT', '2024-02-29T00:00:00.000Z'],
    ['Sat, 31 Dec 2016 23:59:60 GMT', '2017-01-01T00:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(new Date(httpDate(text) ?? Number.NaN).toISOString()).toBe(expected)
  })

  it.each([
    ['76', 2076],
    ['77', 1977],
    ['99', 1999],
    ['26', 2026],
  ])('in 2026, the year %s is %i: at most fifty from now', (year, expected) => {
    const time = httpDate(`Friday, 01-May-${year} 00:00:00 GMT`, Date.UTC(2026, 5, 1))
    expect(new Date(time ?? Number.NaN).getUTCFullYear()).toBe(expected)
  })

  it.each([
    '',
    '0',
    '-1',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'sun, 06 nov 1994 08:49:37 gmt',
    'Sun, 30 Feb 2024 00:00:00 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    '1994-11-06T08:49:37Z',
    ' Sun, 06 Nov 1994 08:49:37 GMT',
  ])('%j is none', (text) => {
    expect(httpDate(text)).toBeNull()
  })
})
