/** `rimlight publish`: to a bucket, or to where a tenant has its objects. */
import { publishCommand } from '../deploy/publish.ts'

export const main = publishCommand(async (id, store) => {
  const { tenantPlace } = await import('../tenants/place.ts')
  return tenantPlace(id, store)
})
