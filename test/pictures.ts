/** Takes the picture of the page for the README, in Chromium: `npm run pictures`, after the page or what it shows changed. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import config from '../edge.config.ts'
import { ROOT } from './checks/sources.ts'
import { openChromium, openViewer } from './e2e/chromium.ts'
import { started } from './e2e/site.ts'

const file = 'docs/page.webp'
const cloudfront = await started(config)
const browser = await openChromium()
try {
  const { page } = await openViewer(browser, { scheme: 'light', width: 1280, height: 800 })
  await page.goto(`${cloudfront.httpsUrl}/__rimlight/`)
  await page.locator('#state', { hasText: 'Live' }).waitFor()
  await page.locator('.headline strong', { hasText: /WebP|AVIF/ }).waitFor()
  await page.waitForLoadState('networkidle').catch(() => {})
  await page.waitForTimeout(1000)
  await writeFile(
    join(ROOT, file),
    await sharp(await page.screenshot())
      .webp({ quality: 80 })
      .toBuffer(),
  )
  console.log(`wrote ${file}`)
} finally {
  await browser.close()
  await cloudfront.stop()
}
