import { describe, expect, it } from 'vitest'
import type { Origin } from '../../../../bundle/policies.ts'
import { missingHeaders, originHeaderValues } from '../../../../local/host/origin-headers.ts'

const api: Origin = { domainName: 'api.example.com', originPath: '', s3: null, headers: ['x-secret', 'x-site'] }
const ORIGINS = { api, plain: { ...api, headers: [] } }

describe('values of origin headers', () => {
  it('are by names in lower case, and need not be all', () => {
    const values = originHeaderValues(ORIGINS, { api: { 'X-Secret': 'a b' } })
    expect(values).toEqual({ api: { 'x-secret': 'a b' } })
    expect(missingHeaders(ORIGINS, values)).toEqual(['api: x-site'])
    expect(missingHeaders(ORIGINS, {})).toEqual(['api: x-secret', 'api: x-site'])
  })

  it.each([
    [
      { api: { 'x-other': 'hidden' } },
      'expected those that the config names (api: x-secret, api: x-site), found api: x-other',
    ],
    [
      { plain: { 'x-secret': 'hidden' } },
      'expected those that the config names (api: x-secret, api: x-site), found plain: x-secret',
    ],
    [
      { other: { 'x-secret': 'hidden' } },
      'expected those that the config names (api: x-secret, api: x-site), found other: x-secret',
    ],
    [
      { api: { 'x-secret': 'hidden\nx-more: 1' } },
      'expected visible ASCII characters, at most 1783 for x-secret of api, found something else',
    ],
    [
      { api: { 'x-secret': '' } },
      'expected visible ASCII characters, at most 1783 for x-secret of api, found something else',
    ],
    [
      { api: { 'x-secret': 'h'.repeat(1_784) } },
      'expected visible ASCII characters, at most 1783 for x-secret of api, found something else',
    ],
  ])('%o', (given, message) => {
    const wrong = () => originHeaderValues(ORIGINS, given as Record<string, Record<string, string>>)
    expect(wrong).toThrow(`origin headers: ${message}`)
    expect(wrong).not.toThrow('hidden')
  })

  it('where the config names none', () => {
    expect(() => originHeaderValues({}, { api: { a: '1' } })).toThrow('names (none), found api: a')
  })
})
