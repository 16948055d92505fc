/** Signed URLs and cookies as CloudFront checks them, by openssl. Developer Guide, "Create a signed URL using a canned policy". */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const NAMES = ['Expires', 'Policy', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm']

export type Signed = { address: string; values: Record<string, string> }

/** A URL without what signs it, which is all that a canned policy names, and that. */
export function takenApart(url: string): Signed {
  const [path = '', query = ''] = url.replace(/#.*/s, '').split(/\?(.*)/s)
  const pairs = query.split('&').filter((pair) => pair !== '')
  const isSigning = (pair: string) => NAMES.includes(pair.replace(/=.*/s, ''))
  const rest = pairs.filter((pair) => !isSigning(pair)).join('&')
  const values = Object.fromEntries(pairs.filter(isSigning).map((pair) => pair.split(/=(.*)/s)))
  return { address: path + (rest && `?${rest}`), values }
}

const bytesOf = (text = ''): Buffer =>
  Buffer.from(
    text.replace(/[-_~]/g, (c) => ({ '-': '+', _: '=', '~': '/' })[c] as string),
    'base64',
  )

/** The statement that was signed. */
export const policyOf = ({ address, values }: Signed): string =>
  values.Policy === undefined
    ? `{"Statement":[{"Resource":"${address}","Condition":{"DateLessThan":{"AWS:EpochTime":${values.Expires}}}}]}`
    : String(bytesOf(values.Policy))

const hashOf = ({ values }: Signed): string => (values['Hash-Algorithm'] === 'SHA256' ? '-sha256' : '-sha1')

function inFolder<T>(files: Record<string, string | Buffer>, run: (pathOf: (name: string) => string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'rimlight-test-'))
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
    return run((name) => join(folder, name))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What `openssl dgst -verify` says: `Verified OK`. */
export const verdictOf = (signed: Signed, publicKey: string): string =>
  inFolder({ key: publicKey, signature: bytesOf(signed.values.Signature), policy: policyOf(signed) }, (pathOf) => {
    const args = ['dgst', hashOf(signed), '-verify', pathOf('key'), '-signature', pathOf('signature'), pathOf('policy')]
    try {
      return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    } catch (error) {
      return String((error as { stdout: string }).stdout).trim()
    }
  })

/** The signature of the same statement by `openssl dgst -sign`, as a URL has it. */
export const signatureBy = (signed: Signed, privateKey: string): string =>
  inFolder({ key: privateKey, policy: policyOf(signed) }, (pathOf) =>
    execFileSync('openssl', ['dgst', hashOf(signed), '-sign', pathOf('key'), pathOf('policy')])
      .toString('base64')
      .replace(/[+=/]/g, (c) => ({ '+': '-', '=': '_', '/': '~' })[c] as string),
  )
