import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { CERTIFICATE_FILE, certificateFor } from '../../../../local/listeners/certificate.ts'
import { temporaryFolder } from '../fixture.ts'

const parsed = async (domains: string[], folder?: string) =>
  new X509Certificate((await certificateFor(domains, folder)).cert)

describe('the certificate', () => {
  it('is for this machine and the domains, each once', async () => {
    const certificate = await parsed(['cdn.example.com', 'localhost', '*.img.example.com'])
    expect(certificate.subjectAltName?.split(', ')).toEqual([
      'DNS:localhost',
      'IP Address:127.0.0.1',
      'IP Address:0:0:0:0:0:0:0:1',
      'DNS:cdn.example.com',
      'DNS:*.img.example.com',
    ])
    expect(certificate.checkHost('a.img.example.com')).toBe('*.img.example.com')
  })

  it('lasts as long as browsers accept, from a day ago on, and signs no other', async () => {
    const certificate = await parsed([])
    const days = (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / 86_400_000
    expect(days).toBeGreaterThan(390)
    expect(days).toBeLessThanOrEqual(397)
    expect(certificate.validFromDate.getTime()).toBeLessThan(Date.now() - 80_000_000)
    expect(certificate.ca).toBe(false)
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
  })

  it.each(['localhost', '127.0.0.1', 'cdn.example.com'])(
    'is trusted for %s by a client that was given it',
    async (host) => {
      const { key, cert } = await certificateFor(['cdn.example.com'])
      const server = createServer({ key, cert }, (_, response) => response.end()).listen(0, '127.0.0.1')
      await once(server, 'listening')
      try {
        const { port } = server.address() as AddressInfo
        const servername = /^[\d.]+$/.test(host) ? {} : { servername: host }
        const client = request({ host: '127.0.0.1', port, ca: cert, ...servername, agent: false }).end()
        const [response] = await once(client, 'response')
        expect(response.statusCode).toBe(200)
        response.resume()
        await once(response, 'end')
      } finally {
        server.close()
        server.closeAllConnections()
      }
    },
  )

  it('is another at every start that keeps none', async () => {
    expect((await certificateFor([])).cert).not.toBe((await certificateFor([])).cert)
  })
})

describe('kept in a folder', () => {
  it('is the same at the next start, in a folder that is made for it', async () => {
    const folder = join(await temporaryFolder(), 'a', 'b')
    const made = await certificateFor(['cdn.example.com'], folder)
    expect(await certificateFor(['cdn.example.com'], folder)).toEqual(made)
    expect(await readFile(join(folder, CERTIFICATE_FILE), 'utf8')).toBe(made.cert)
  })

  it.runIf(process.platform !== 'win32')('is readable by its owner alone, with nothing else left there', async () => {
    const folder = await temporaryFolder()
    await certificateFor([], folder)
    const files = await readdir(folder)
    expect(files.sort()).toEqual(['certificate-key.pem', 'certificate.pem'])
    for (const file of files) expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600)
  })

  test.each([
    ['a domain is new', ['cdn.example.com', 'new.example.com']],
    ['a domain is gone', []],
    ['a domain is another', ['img.example.com']],
  ])('is made anew when %s', async (_, domains) => {
    const folder = await temporaryFolder()
    const before = await certificateFor(['cdn.example.com'], folder)
    const after = await certificateFor(domains, folder)
    expect(after.cert).not.toBe(before.cert)
    expect(await certificateFor(domains, folder)).toEqual(after)
  })

  test.each([
    ['the certificate is no PEM', CERTIFICATE_FILE, 'nonsense'],
    ['the key is no PEM', 'certificate-key.pem', 'nonsense'],
    ['the key is empty', 'certificate-key.pem', ''],
  ])('is made anew when %s', async (_, file, text) => {
    const folder = await temporaryFolder()
    const before = await certificateFor([], folder)
    await writeFile(join(folder, file), text)
    const after = await certificateFor([], folder)
    expect(after.key).not.toBe(before.key)
    expect(await certificateFor([], folder)).toEqual(after)
  })

  it('is made anew when the key is that of another', async () => {
    const folder = await temporaryFolder()
    await certificateFor([], folder)
    await writeFile(join(folder, 'certificate-key.pem'), (await certificateFor([])).key)
    const after = await certificateFor([], folder)
    expect(new X509Certificate(after.cert).checkPrivateKey(createPrivateKey(after.key))).toBe(true)
    expect(await certificateFor([], folder)).toEqual(after)
  })

  test.each([
    ['is kept while it lasts', 394, true],
    ['is made anew on its last day', 395.5, false],
    ['is made anew when it is over', 500, false],
  ])('%s', async (_, daysAgo, isKept) => {
    const folder = await temporaryFolder()
    const before = await certificateFor([], folder, Date.now() - daysAgo * 86_400_000)
    expect((await certificateFor([], folder)).cert === before.cert).toBe(isKept)
  })

  it('a folder that is a file is said in words', async () => {
    const folder = join(await temporaryFolder(), 'file')
    await writeFile(folder, '')
    await expect(certificateFor([], folder)).rejects.toThrow(
      /file: expected a folder to keep the certificate in: E\w+: /,
    )
  })

  it('nothing is left of one that could not be put in place', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, CERTIFICATE_FILE, 'in the way'), { recursive: true })
    await expect(certificateFor([], folder)).rejects.toThrow('expected a folder to keep the certificate in')
    expect((await readdir(folder)).filter((file) => /pem\../.test(file))).toEqual([])
  })
})
