/** The certificate that the HTTPS listener shows: self-signed, for this machine's names and the distribution's domains. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { InputError, systemMessage } from '../../base/errors.ts'
import { makeFolder } from '../../base/make-folder.ts'
import { replaceFiles } from '../../base/replace-file.ts'

/** PEM. */
export type Certificate = { key: string; cert: string }

/** The certificate's file in the folder that it is kept in. */
export const CERTIFICATE_FILE = 'certificate.pem'
const KEY_FILE = 'certificate-key.pem'

const LOCAL_NAMES = ['localhost', '127.0.0.1', '::1']

const DAY = 86_400_000
/** Browsers accept no more of a server's certificate: CA/Browser Forum, Baseline Requirements, 6.3.2. */
const DAYS = 397

/**
 * @param domains besides `localhost` and its addresses; `*.example.com` is allowed
 * @param folder where it is kept from one start to the next; without one it is made anew
 * @param now milliseconds since 1970
 * @throws InputError if the folder can't be written
 */
export async function certificateFor(
  domains: readonly string[],
  folder?: string,
  now = Date.now(),
): Promise<Certificate> {
  const names = [...new Set([...LOCAL_NAMES, ...domains])]
  if (folder === undefined) return makeCertificate(names, now)
  const kept = await readCertificate(folder)
  if (kept && isGood(kept, names, now)) return kept
  const made = await makeCertificate(names, now)
  await writeCertificate(folder, made)
  return made
}

/** Not an authority's: whoever trusts it trusts these names, and no certificate that is signed with its key. */
async function makeCertificate(names: readonly string[], now: number): Promise<Certificate> {
  // Loaded only here: loading takes longer than everything else at the start, and a kept certificate needs none of it.
  const { generate } = await import('selfsigned')
  const notBeforeDate = new Date(now - DAY)
  const made = await generate(
    [
      { name: 'commonName', value: 'localhost' },
      { name: 'organizationName', value: 'Rimlight' },
    ],
    {
      keyType: 'ec',
      curve: 'P-256',
      algorithm: 'sha256',
      notBeforeDate,
      notAfterDate: new Date(notBeforeDate.getTime() + DAYS * DAY),
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'keyUsage', digitalSignature: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        {
          name: 'subjectAltName',
          altNames: names.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })),
        },
      ],
    },
  )
  return { key: made.private, cert: made.cert }
}

async function readCertificate(folder: string): Promise<Certificate | undefined> {
  try {
    const [key, cert] = await Promise.all(
      [KEY_FILE, CERTIFICATE_FILE].map((file) => readFile(join(folder, file), 'utf8')),
    )
    return key !== undefined && cert !== undefined ? { key, cert } : undefined
  } catch {
    return undefined
  }
}

/** Whether it is for these names alone, fits its key, and is valid for another day. */
function isGood({ key, cert }: Certificate, names: readonly string[], now: number): boolean {
  try {
    const certificate = new X509Certificate(cert)
    return (
      certificate.checkPrivateKey(createPrivateKey(key)) &&
      certificate.validFromDate.getTime() <= now &&
      certificate.validToDate.getTime() > now + DAY &&
      (certificate.subjectAltName ?? '').split(', ').length === names.length &&
      names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined)
    )
  } catch {
    return false
  }
}

/** The key first: where only that is replaced, the two do not fit, and both are made anew. */
async function writeCertificate(folder: string, { key, cert }: Certificate): Promise<void> {
  const files = [
    { path: join(folder, KEY_FILE), content: key },
    { path: join(folder, CERTIFICATE_FILE), content: cert },
  ]
  try {
    await makeFolder(folder)
    await replaceFiles(files, { mode: 0o600 })
  } catch (cause) {
    const expected = 'a folder to keep the certificate in'
    throw new InputError(`${folder}: expected ${expected}: ${systemMessage(cause)}`, {
      code: 'certificate-unwritable',
      expected,
      found: folder,
      cause,
    })
  }
}
