/** `rimlight start --tenant ID=DIR`: several sites by their host names, on the command line, for curl and for a browser. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import { temporaryFolder, writeJson } from '../unit/local/fixture.ts'
import { CHROMIUM, CHROMIUM_MISSING, openChromium, openViewer } from './chromium.ts'
import { invalidate, type Said, type StartCommand, startCommand } from './start-command.ts'

const CONFIG: Config = {
  domains: ['sites.example.com'],
  origins: { sites: { bucket: 'example-sites', region: 'eu-central-1' } },
  routes: [{ path: '/*', origin: 'sites', cache: { default: '1h' }, images: true, index: 'index.html' }],
}

let config: string
let command: StartCommand
let ready: Said<'ready'>
beforeAll(async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'tmp'))
  const sites = ['shop', 'blog'].map((id) => join(folder, id))
  for (const site of sites) {
    await mkdir(site)
    await writeFile(join(site, 'index.html'), `<title>${site.split('/').at(-1)}</title>`)
  }
  config = await writeJson(join(folder, 'edge.config.json'), CONFIG)
  const tenants = sites.flatMap((site) => ['--tenant', `${site.split('/').at(-1)}=${site}`])
  const files = ['--config', config, '--out', join(folder, 'dist')]
  command = startCommand(['--https-port', '0', '--http-port', '0', ...files, ...tenants], join(folder, 'tmp'))
  ready = await command.said('ready')
})
afterAll(() => void command.child.kill('SIGKILL'))

const curl = async (url: string) => (await promisify(execFile)('curl', ['-ksi', '--http1.1', url])).stdout

it('it says where each is, and what to try', () => {
  const { port } = new URL(ready.site.httpsUrl)
  expect(ready.site.tenants.map(({ url }) => url)).toEqual([
    `https://shop.localhost:${port}`,
    `https://blog.localhost:${port}`,
  ])
  expect(ready.examples).toEqual([
    { url: `https://shop.localhost:${port}/index.html`, shows: 'of shop: a Miss; asked for again, a Hit' },
    { url: `https://blog.localhost:${port}/index.html`, shows: 'of blog: a Miss; asked for again, a Hit' },
  ])
})

it('curl gets each tenant’s own, and nothing under another name', async () => {
  for (const { id, url } of ready.site.tenants) {
    expect(await curl(`${url}/`)).toMatch(
      new RegExp(`^HTTP/1.1 200 OK[\\s\\S]*X-Cache: Miss[\\s\\S]*<title>${id}</title>$`, 'i'),
    )
  }
  const { port } = new URL(ready.site.httpsUrl)
  expect(await curl(`https://localhost:${port}/`)).toMatch(
    /^HTTP\/1.1 403 Forbidden[\s\S]*No tenant here is called localhost/,
  )
  await expect
    .poll(() => command.events.flatMap((one) => (one.event === 'request' ? [one.request.tenant] : [])))
    .toEqual(['shop', 'blog', undefined])
})

it('one is invalidated alone', async () => {
  const { port } = new URL(ready.site.httpsUrl)
  const here = ['--url', `https://localhost:${port}`]
  const { code, stdout } = await invalidate('/*', '--tenant', 'shop', '--json', ...here)
  expect([code, JSON.parse(stdout)]).toEqual([0, { id: expect.any(String), paths: ['/*'], tenant: 'shop', removed: 1 }])
  const cacheOf = async (id: number) => /^x-cache: (\w+)/im.exec(await curl(`${ready.site.tenants[id]?.url}/`))?.[1]
  expect([await cacheOf(0), await cacheOf(1)]).toEqual(['Miss', 'Hit'])
})

const browses = CHROMIUM === undefined ? it.skip : it
browses(CHROMIUM === undefined ? CHROMIUM_MISSING : 'the page shows the tenants, and whose a request is', async () => {
  const browser = await openChromium()
  try {
    const { page, complaints } = await openViewer(browser)
    await page.goto(ready.page)
    await expect.poll(() => page.locator('#distribution').innerText()).toContain('https://blog.localhost')
    const lines = () => page.locator('#list > li .line').allInnerTexts()
    await expect.poll(lines).toContainEqual(expect.stringMatching(/^GET\s*blog\s+\/$/))
    await page.locator('#list > li summary').first().click()
    const step = () => page.locator('.step.tenant').first().innerText()
    await expect.poll(step).toMatch(/Tenant\s+blog\s*→\s+tenants\/blog\//)
    expect(complaints).toEqual([])
  } finally {
    await browser.close()
  }
})

it('it ends as it always does', async () => {
  expect(await command.stop()).toEqual({ code: 0, stderr: '' })
})
