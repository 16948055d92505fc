/**
 * A process that asks for the same tenant many times at once, and says what it was given. Each line of its input is a job,
 * done beside those before it; each line of its output is what a job was given.
 */
import { createInterface } from 'node:readline'
import { CloudFrontClient } from '@aws-sdk/client-cloudfront'
import { IAMClient } from '@aws-sdk/client-iam'
import { KMSClient } from '@aws-sdk/client-kms'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { STSClient } from '@aws-sdk/client-sts'
import { type Dependencies, realDependencies } from '../../tenants/aws.ts'
import { openTenants, type TenantRecord, type TenantsOptions } from '../../tenants/tenants.ts'

export type Job = {
  id: number
  tenant: string
  times: number
  /** Of AWS: jobs have accounts of their own. */
  endpoint: string
  options: TenantsOptions
}

export type Done = { id: number; records: TenantRecord[] } | { id: number; error: string }

/** AWS in memory takes no time to get over what it was asked: whoever waits for it, waits a fifth as long. */
const HASTE = 5

const dependenciesAt = (endpoint: string): Dependencies => ({
  ...realDependencies,
  clients() {
    const config = { region: 'us-east-1', maxAttempts: 5, endpoint }
    return {
      cloudfront: new CloudFrontClient(config),
      lambda: new LambdaClient(config),
      iam: new IAMClient(config),
      sts: new STSClient(config),
      s3: (region) => new S3Client({ ...config, region, forcePathStyle: true }),
      kms: (region) => new KMSClient({ ...config, region }),
    }
  },
  sleep: (milliseconds, signal) => realDependencies.sleep(milliseconds / HASTE, signal),
})

async function done({ id, tenant, times, endpoint, options }: Job): Promise<Done> {
  try {
    const tenants = await openTenants(options, dependenciesAt(endpoint))
    const records = await Promise.all(Array.from({ length: times }, () => tenants.getOrCreate(tenant)))
    await tenants.close()
    return { id, records }
  } catch (error) {
    return { id, error: error instanceof Error ? `${error.stack}` : String(error) }
  }
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  process.stdout.write(`${JSON.stringify(await done(JSON.parse(line)))}\n`)
})
