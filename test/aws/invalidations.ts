/** Invalidations of distributions and of tenants: their rate is one for all of an account. */
import { cloudFrontError } from './cloudfront.ts'
import type { TenantAws } from './tenant-aws.ts'

type Batch = { CallerReference: string; Paths: { Quantity: number; Items?: string[] } }

const told = (id: string, status: string, batch: Batch) => ({
  Invalidation: { Id: id, Status: status, CreateTime: new Date(0), InvalidationBatch: batch },
})

export function addInvalidation(aws: TenantAws, of: string, given: unknown): object {
  const batch = given as Batch
  const paths = batch.Paths.Items ?? []
  if (paths.length !== batch.Paths.Quantity) {
    throw cloudFrontError('InconsistentQuantities', "The value of Quantity and the size of Items don't match.")
  }
  const before = aws.invalidations.find((one) => one.of === of && one.reference === batch.CallerReference)
  if (before) return told(before.id, 'InProgress', batch)
  const wildcards = paths.filter((path) => path.endsWith('*')).length
  if (!aws.takes('paths', paths.length - wildcards) || !aws.takes('wildcards', wildcards)) {
    throw cloudFrontError('TooManyInvalidationsInProgress', 'You have exceeded the maximum number of invalidations.')
  }
  const id = aws.id('I')
  aws.invalidations.push({ of, id, paths, reference: batch.CallerReference, polls: 2 })
  return told(id, 'InProgress', batch)
}

export function askInvalidation(aws: TenantAws, of: string, id: unknown): object {
  const found = aws.invalidations.find((one) => one.of === of && one.id === id)
  if (!found) throw cloudFrontError('NoSuchInvalidation', 'The specified invalidation does not exist.', 404)
  found.polls -= 1
  const batch = { CallerReference: found.reference, Paths: { Quantity: found.paths.length, Items: found.paths } }
  return told(found.id, found.polls > 0 ? 'InProgress' : 'Completed', batch)
}
