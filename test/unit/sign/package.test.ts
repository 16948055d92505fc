/** What is loaded when, by a Node that would notice. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { withoutPackages } from '../../without-packages.ts'
import { rsa } from './keys.ts'

/** Runs code on an installation without packages of AWS. */
async function withoutAws(code: string): Promise<string> {
  const program = `
    const sign = await import(${JSON.stringify(join(ROOT, 'sign/sign.ts'))})
    const site = { domains: ['cdn.example.com'], routes: [{ path: '/*' }] }
    ${code}`
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...withoutPackages(/^@(?:aws-sdk|smithy)[/]/),
    ...['--input-type=module', '-e', program],
  ])
  return stdout
}

const failing = (call: string) => `await ${call}.catch((error) => console.log(error.code + ': ' + error.message))`

it('signs tokens with none of AWS’s packages', async () => {
  const call = "console.log(sign.signToken({ secret: 'x'.repeat(43), expiresIn: 60 }).split('.').length)"
  expect(await withoutAws(call)).toBe('3\n')
})

it('says what to install', async () => {
  const key = `{ keyPairId: 'K1', privateKey: ${JSON.stringify(rsa.privateKey)}, expiresIn: 60 }`
  const message =
    'package-missing: signing URLs and cookies takes @aws-sdk/cloudfront-signer, not installed here; run `npm install @aws-sdk/cloudfront-signer`\n'
  expect(await withoutAws(failing(`sign.signUrl(site, '/a', ${key})`))).toBe(message)
  expect(await withoutAws(failing(`sign.signCookies(site, '/a', ${key})`))).toBe(message)
  expect(await withoutAws(failing("sign.presigner({ region: 'eu-central-1' })({ bucket: 'b', key: 'k' })"))).toBe(
    'package-missing: presigning S3 URLs takes @aws-sdk/client-s3 and @aws-sdk/s3-request-presigner, not installed here; run `npm install @aws-sdk/client-s3 @aws-sdk/s3-request-presigner`\n',
  )
})
