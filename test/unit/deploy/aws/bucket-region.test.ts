import { expect, it } from 'vitest'
import { regionIn } from '../../../../deploy/aws/bucket-region.ts'

const error = (name: string, rest: object = {}) => Object.assign(new Error(`it is ${name}`), { name, ...rest })

it('the region that S3 names', () => {
  const redirect = error('PermanentRedirect', { $response: { headers: { 'x-amz-bucket-region': 'eu-west-1' } } })
  expect(regionIn(redirect)).toBe('eu-west-1')
  expect(regionIn(error('AuthorizationHeaderMalformed', { Region: 'eu-west-2' }))).toBe('eu-west-2')
  expect(regionIn(error('AccessDenied'))).toBeUndefined()
  expect(regionIn('no error')).toBeUndefined()
})
