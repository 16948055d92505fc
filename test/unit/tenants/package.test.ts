/** What the library says where packages are missing, by a Node that has none of them. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { withoutPackages } from '../../without-packages.ts'

const importOf = (file: string) => `await import(${JSON.stringify(pathToFileURL(join(ROOT, file)).href)})`

const messageOf = async (call: string): Promise<string> => {
  const program = `await ${call}.catch((error) => console.log(error.code + ': ' + error.message))`
  const args = [...withoutPackages(/^(?:@aws-sdk|@smithy|pg)(?:[/]|$)/), '--input-type=module', '-e', program]
  return (await promisify(execFile)(process.execPath, args)).stdout
}

it('is loaded without packages of AWS, and says what to install when it is called', async () => {
  const packages =
    '@aws-sdk/client-cloudfront @aws-sdk/client-iam @aws-sdk/client-kms @aws-sdk/client-lambda @aws-sdk/client-s3 @aws-sdk/client-sts'
  const call = `(${importOf('tenants/tenants.ts')}).openTenants({ store: 'sqlite::memory:' })`
  expect(await messageOf(call)).toBe(
    `package-missing: rimlight/tenants takes ${packages.replaceAll(' ', ', ').replace(/, (\S+)$/, ' and $1')}, not installed here; run \`npm install ${packages}\`\n`,
  )
})

it.each([
  ['postgres://127.0.0.1/tenants', 'a store in PostgreSQL', 'pg'],
  ['dynamodb://tenants?region=eu-west-1', 'a store in DynamoDB', '@aws-sdk/client-dynamodb'],
])('%s', async (url, what, name) => {
  const call = `(${importOf('tenants/store/open.ts')}).openStore(${JSON.stringify(url)})`
  expect(await messageOf(call)).toBe(
    `package-missing: ${what} takes ${name}, not installed here; run \`npm install ${name}\`\n`,
  )
})
