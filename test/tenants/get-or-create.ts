/** A process that asks for the same tenant many times at once, and says what it was given. */
import { openTenants, type TenantsOptions } from '../../tenants/tenants.ts'

const { tenant, times, options } = JSON.parse(process.argv[2] as string) as {
  tenant: string
  times: number
  options: TenantsOptions
}

const tenants = await openTenants(options)
const records = await Promise.all(Array.from({ length: times }, () => tenants.getOrCreate(tenant)))
await tenants.close()
process.stdout.write(`${JSON.stringify(records)}\n`)
