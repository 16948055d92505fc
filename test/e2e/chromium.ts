/** Chromium without a window, that of the machine: what it is told to load, and what it complains about. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The browser's program; `undefined`: there is none. */
export const CHROMIUM = [process.env.RIMLIGHT_CHROMIUM, ...PATHS].find((path) => path && existsSync(path))

export const CHROMIUM_MISSING = `no Chromium at ${PATHS.join(', ')}; RIMLIGHT_CHROMIUM names another one`

/** It is to talk to nobody but the server under test, over TCP. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** @throws Error where there is no Chromium */
export function openChromium(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error(CHROMIUM_MISSING)
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS, headless: true })
}

export type Look = { scheme?: 'light' | 'dark'; width?: number; height?: number; reduced?: boolean }

export type Viewer = {
  page: Page
  /** Errors of scripts, of the console, and breaches of the content security policy. */
  readonly complaints: string[]
  /** Who has nothing in a cache, no page open, and another look: cheaper than another viewer. */
  becomeNew(look?: Look): Promise<void>
  close(): Promise<void>
}

/** A viewer with empty caches, who takes any certificate. */
export async function openViewer(browser: Browser, look: Look = {}): Promise<Viewer> {
  const { viewport, ...media } = settingsOf(look)
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport,
    ...media,
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`${error.stack ?? error}`))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.text()} ${message.location().url}`)
  })
  await page.exposeFunction('onBreach', (breach: string) => complaints.push(`content security policy: ${breach}`))
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      ;(globalThis as unknown as { onBreach(breach: string): void }).onBreach(`${violatedDirective}: ${blockedURI}`)
    })
  })
  const becomeNew = async (next: Look = {}) => {
    const { viewport: size, ...seen } = settingsOf(next)
    await page.goto('about:blank')
    const session = await context.newCDPSession(page)
    await session.send('Network.clearBrowserCache')
    await session.detach()
    await page.setViewportSize(size)
    await page.emulateMedia(seen)
  }
  return { page, complaints, becomeNew, close: () => context.close() }
}

const settingsOf = ({ scheme = 'light', width = 1280, height = 900, reduced = true }: Look) => ({
  viewport: { width, height },
  colorScheme: scheme,
  reducedMotion: reduced ? ('reduce' as const) : ('no-preference' as const),
})

/** Writes a picture of the whole page where `RIMLIGHT_SCREENSHOTS` names a folder. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.RIMLIGHT_SCREENSHOTS
  if (!folder) return
  await page.evaluate(() => scrollTo(0, 0))
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}
