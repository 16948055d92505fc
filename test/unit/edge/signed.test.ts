import { expect, test } from 'vitest'
import { SIGNING_COOKIE, SIGNING_PARAMETERS } from '../../../edge/signed.ts'

test('the parameters of signed URLs, as CloudFront names them, sorted', () => {
  expect(SIGNING_PARAMETERS).toEqual(['Expires', 'Hash-Algorithm', 'Key-Pair-Id', 'Policy', 'Signature'])
  expect(SIGNING_PARAMETERS).toEqual(SIGNING_PARAMETERS.toSorted())
})

test('the cookies are named after the parameters', () => {
  expect(`${SIGNING_COOKIE}Key-Pair-Id`).toBe('CloudFront-Key-Pair-Id')
})
