/** What the AWS with tenants answers besides, or otherwise than, the one without. */
import { tenantRows } from './distribution-tenants.ts'
import { distributionRows } from './distributions.ts'
import { policyCommands } from './policies.ts'

export const TENANT_COMMANDS = [...distributionRows, ...tenantRows, ...policyCommands]
