/** The page at `/__rimlight/`, in Chromium, over the real thing: the project's own config and its sample pictures. */
import { execFile } from 'node:child_process'
import { request } from 'node:https'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import config from '../../edge.config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { EXTENT } from '../runs.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { axeOf } from './axe.ts'
import { CHROMIUM, CHROMIUM_MISSING, type Look, openChromium, openViewer, screenshot, type Viewer } from './chromium.ts'
import { contrastOf } from './contrast.ts'
import { started } from './site.ts'

const WEBP = { headers: { accept: 'image/webp' } }
const STEPS = [
  ...['Behaviour', 'Viewer request', 'Cache key', 'Cache'],
  ...['Origin request', 'Origin', 'Origin response', 'Store'],
]

if (CHROMIUM === undefined) it.skip(CHROMIUM_MISSING, () => {})

describe.skipIf(CHROMIUM === undefined)('the page', () => {
  let cloudfront: CloudFront
  let browser: Browser
  /** Whom most tests share: a viewer each would be two processes of Chromium each. */
  let shared: Viewer
  /** Those of one test. */
  const others: Viewer[] = []

  beforeAll(async () => {
    cloudfront = await started(config)
    browser = await openChromium()
    shared = await openViewer(browser)
  })
  afterAll(async () => {
    await browser?.close()
    await cloudfront?.stop()
  })
  afterEach(async () => {
    const complaints = [shared, ...others].flatMap((viewer) => viewer.complaints.splice(0))
    for (const viewer of others.splice(0)) await viewer.close()
    expect(complaints).toEqual([])
  })

  async function openOther(look: Look = {}): Promise<Page> {
    const viewer = await openViewer(browser, look)
    others.push(viewer)
    return viewer.page
  }

  /** The page as a new viewer has it, once the live list is open and the first picture is there. */
  async function opened(look: Look = {}): Promise<Page> {
    const { page } = shared
    await shared.becomeNew(look)
    await page.goto(`${cloudfront.httpsUrl}/__rimlight/`)
    await see(page, '#state', 'Live')
    await see(page, '.headline strong', 'WebP')
    return page
  }

  /** Waits until one of the elements that can be seen has the text. */
  const see = (page: Page, selector: string, text: string | RegExp) =>
    expect
      .poll(() => page.locator(selector).filter({ visible: true }).allTextContents(), { timeout: 10_000 })
      .toContainEqual(typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text))

  /** Errors that a test provokes. */
  const forgive = (pattern: RegExp) => {
    for (const { complaints } of [shared, ...others]) {
      complaints.splice(0, complaints.length, ...complaints.filter((complaint) => !pattern.test(complaint)))
    }
  }

  const badgeOf = (page: Page) => page.locator('.headline .badge').textContent()
  const rows = (page: Page) => page.locator('#list > li:not([hidden]) summary')

  describe('pictures', () => {
    it('come in the format that Chromium accepts and in the size that the page needs', async () => {
      const page = await opened()
      await expect.poll(() => page.locator('.tile .note', { hasText: /^WebP/ }).count()).toBe(7)
      await see(page, '.tile .note', /^SVG/)
      const widths = await page
        .locator('#pictures img')
        .evaluateAll((images) =>
          images.map((image) => [(image as HTMLImageElement).currentSrc, (image as HTMLImageElement).naturalWidth]),
        )
      expect(widths).toHaveLength(9)
      expect(widths.filter(([, width]) => width === 0)).toEqual([])
      await see(page, '.viewer-pane .facts', /webp; 828x552; q=80/)
      // 605 kB at 2,400 × 1,600 pixels; of as many as are shown, 72 kB.
      await see(page, '.weight', /15\.8\skB of 72\.0\skB.*78\s% saved/)
      await see(page, '.original', /pixel for pixel; in full it has 605\skB, 2400 × 1600 px\.$/)
      await screenshot(page, 'page-light')
    })

    it('are a Hit for the next viewer', async () => {
      await cloudfront.invalidate(['/*'])
      expect(await badgeOf(await opened())).toBe('Miss')
      const page = await opened()
      await see(page, '.headline .badge', 'Hit')
    })

    it('are asked for in other sizes, crops, qualities and formats, with a URL to copy', async () => {
      const page = await opened()
      await page.locator('.tile').nth(1).click()
      await see(page, '.beside h3', 'A lighthouse')
      await page.getByRole('radio', { name: '640' }).check({ force: true })
      await page.getByRole('radio', { name: '1:1' }).check({ force: true })
      await page.getByRole('radio', { name: '50', exact: true }).check({ force: true })
      await page.getByRole('radio', { name: 'JPEG' }).check({ force: true })
      await see(page, '.viewer-pane .facts', 'jpg; 640x640; q=50')
      const url = '/photos/lighthouse.jpg?w=640&h=640&fit=crop&q=50&fm=jpg'
      expect(await page.locator('.url').textContent()).toBe(url)
      await page.getByRole('button', { name: 'Copy' }).first().click()
      await see(page, 'button', 'Copied')
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(cloudfront.httpsUrl + url)
    })

    it('show the answer that is asked for again, with its headers', async () => {
      const page = await opened()
      await page.getByRole('button', { name: 'Ask again' }).click()
      await see(page, '.headers .facts', 'Hit from cloudfront')
      await see(page, '.headers .facts', 'webp; 828x552; q=80')
      await see(page, '.headline .badge', 'Hit')
    })

    it('stand upright whose EXIF says so', async () => {
      const page = await opened()
      await page.locator('.tile', { hasText: 'forest.jpg' }).click()
      await see(page, '.viewer-pane .facts', /webp; 384x576; q=80/)
    })

    it('have a first frame, where the format asked for has no others', async () => {
      const page = await opened()
      await page.locator('.tile', { hasText: 'boat.gif' }).click()
      await see(page, '.viewer-pane .facts', 'webp; 400x300; q=80')
      await page.getByRole('radio', { name: 'JPEG' }).check({ force: true })
      await see(page, '.viewer-pane .facts', 'jpg; 400x300; q=80; frames=1/24')
    })

    it('say why one is the original', async () => {
      const page = await opened()
      await page.locator('.tile', { hasText: 'window.webp' }).click()
      await page.getByRole('radio', { name: '1920' }).check({ force: true })
      await see(
        page,
        '.viewer-pane .remark.warn',
        /^The original, because: not-smaller .*is what was asked for already/,
      )
    })

    it('have a text beside them, which comes compressed', async () => {
      const page = await opened()
      await page.locator('.tile', { hasText: 'gallery.json' }).click()
      await see(page, '.picture pre', 'Eight pictures that nobody took')
      await see(page, '.headers .facts', /content-encoding\s*br/)
      await see(page, '.weight', /of 3\.3\skB.*[5-9]\d\s% saved/)
    })

    it('need not be samples', async () => {
      const page = await opened()
      const path = page.getByLabel('Another object')
      await path.fill('photos/nothing.jpg')
      await path.press('Enter')
      await see(
        page,
        '#other-problem',
        /^\/photos\/nothing\.jpg is answered with 404\. The origin has no such object\..* invalidate its path\.$/,
      )
      forgive(/status of 404/)
      await path.fill('/photos/desert.jpg?v=1')
      await path.press('Enter')
      await see(page, '.beside h3', '/photos/desert.jpg?v=1')
      await see(page, '.url', '/photos/desert.jpg?v=1&w=')
      await see(page, '.original', /^The original has 536\skB in full; its size in pixels is not known here\.$/)
      expect(await page.locator('#other-problem').textContent()).toBe('')
    })
  })

  it('sends viewers who came over HTTP to the pictures over HTTPS, and shows the rest', async () => {
    const page = await openOther()
    await page.goto(`${cloudfront.httpUrl}/__rimlight/`)
    await see(page, '#state', 'Live')
    expect(await page.locator('.notice a').getAttribute('href')).toBe(`${cloudfront.httpsUrl}/__rimlight/`)
    await cloudfront.fetch('/photos/over-http.jpg')
    await see(page, '#list summary', 'over-http.jpg')
  })

  describe('requests', () => {
    it('are listed as they finish, the newest first, and counted', async () => {
      const page = await opened()
      const before = Number(await page.locator('[data-total=requests]').textContent())
      await cloudfront.fetch('/photos/missing.jpg')
      await expect.poll(() => rows(page).first().textContent()).toContain('GET/photos/missing.jpg404')
      await see(page, '#list .badge.error', 'Error')
      await expect
        .poll(async () => Number(await page.locator('[data-total=requests]').textContent()))
        .toBeGreaterThan(before)
      await see(page, '[data-total=ratio]', /^\d+(?:\.\d)?\s%$/)
    })

    it('open by keyboard alone, and show every step of their way', async () => {
      await cloudfront.invalidate(['/photos/desert.jpg*'])
      const page = await opened()
      await cloudfront.fetch('/photos/desert.jpg?utm_source=mail&w=700', WEBP)
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      await page.keyboard.type('utm_source=mail')
      await expect.poll(() => rows(page).count()).toBe(1)
      for (const stop of ['all', 'Pause', 'Clear']) {
        await page.keyboard.press('Tab')
        const focused = await page.evaluate(() => {
          const element = document.activeElement as HTMLInputElement
          return element.value || element.textContent
        })
        expect(focused).toBe(stop)
      }
      await page.keyboard.press('Tab')
      expect(await page.locator('summary:focus-visible').evaluate((row) => getComputedStyle(row).outlineStyle)).toBe(
        'solid',
      )
      await page.keyboard.press('Enter')
      await expect.poll(() => page.locator('.trace h3').allTextContents()).toEqual(STEPS)
      const changes = page.locator('.viewer-request .changes')
      expect(await changes.innerText()).toMatch(/querystring\s+utm_source=mail&w=700\s+→\s+fm=webp&w=750/)
      expect(await page.locator('.origin-response .notable').innerText()).toMatch(/x-rimlight\s+webp; 750x1125; q=80/)
      expect(await page.locator('.trace .remark.good').textContent()).toBe(
        'A rendition webp, 750 × 1125 px, quality 80',
      )
      expect(await page.locator('.trace .cache .badge').textContent()).toBe('Miss')
      await screenshot(page, 'page-opened')
      await page.keyboard.press('Enter')
      expect(await page.locator('.trace').isVisible()).toBe(false)
    })

    it('are shared as a line for a terminal and as JSON, without what opens something', async () => {
      const page = await opened()
      const { port } = new URL(cloudfront.httpsUrl)
      const token = `${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(43)}`
      await cloudfront.fetch(`https://cdn.example.com/photos/dusk.jpg?w=300&t=${token}`, WEBP)
      await page.getByPlaceholder(/^Filter/).fill('t=(redacted)')
      await rows(page).first().click()
      const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
      await page.getByRole('button', { name: 'Copy curl line' }).click()
      await see(page, '.share button', 'Copied')
      const curl = await clipboard()
      const url = 'https://cdn.example.com/photos/dusk.jpg?w=300&t=(redacted)'
      expect(curl).toBe(`curl -k -i -H 'accept: image/webp,*/*' --connect-to '::localhost:${port}' '${url}'`)
      const command = `${curl} -s -o /dev/null -w '%{http_code} %{content_type}'`
      expect((await promisify(execFile)('sh', ['-c', command])).stdout).toBe('200 image/webp')
      await page.getByRole('button', { name: 'Copy JSON' }).click()
      await expect.poll(clipboard).toMatch(/^\{/)
      const { request, steps } = JSON.parse(await clipboard())
      expect(request).toMatchObject({ method: 'GET', path: '/photos/dusk.jpg', status: 200 })
      const names = steps.map(({ step }: { step: string }) => step)
      expect(names.slice(0, 4)).toEqual(['behaviour', 'viewer-request', 'key', 'cache'])
      expect(JSON.stringify({ request, steps })).not.toContain(token)
      await sendRaw("/it's.jpg")
      await page.getByPlaceholder(/^Filter/).fill("it's")
      await rows(page).first().click()
      await page.locator('li:not([hidden])').getByRole('button', { name: 'Copy curl line' }).click()
      await expect.poll(clipboard).toMatch(String.raw`/it'\''s.jpg'`)
    })

    it('tell the verdict on the version', async () => {
      const page = await opened()
      const { headers } = await cloudfront.fetch('/photos/dusk.jpg', { method: 'HEAD' })
      const uploaded = Date.parse(headers.get('last-modified') ?? '') / 1000
      const soon = Math.floor(Date.now() / 1000) + 3600
      const verdicts = [
        [uploaded, 'good', /^Version verified/],
        [1_111_111_111, 'plain', /^Version unknown/],
        [soon, 'warn', /^Version unsettled/],
      ] as const
      for (const [version, tone, verdict] of verdicts) {
        await cloudfront.fetch(`/photos/dusk.jpg?v=${version}&w=640`, WEBP)
        await page.getByPlaceholder(/^Filter/).fill(`v=${version}`)
        await rows(page).first().click()
        await see(page, `.trace .remark.${tone}`, verdict)
      }
      await see(page, '.origin-response .notable', /x-rimlight-verdict\s+unsettled/)
    })

    it('are filtered by text and by result, paused, and cleared', async () => {
      const page = await opened()
      await cloudfront.fetch('/photos/filtered.jpg')
      await page.getByPlaceholder(/^Filter/).fill('FILTERED')
      await expect.poll(() => rows(page).count()).toBe(1)
      await page.getByRole('radio', { name: /^Hits/ }).check({ force: true })
      await see(page, '#empty', /^None of \d+ requests is like that\. Another text or “All” shows more\.$/)
      await see(page, '#listing', /^0 of \d+ requests fit$/)
      await page.getByPlaceholder(/^Filter/).fill('')
      await page.getByRole('radio', { name: /^All/ }).check({ force: true })
      await page.getByRole('button', { name: 'Pause' }).click()
      await cloudfront.fetch('/photos/paused.jpg')
      await page.getByRole('button', { name: 'Resume (1 new)' }).waitFor()
      expect(await rows(page).first().textContent()).not.toContain('paused.jpg')
      await page.getByRole('button', { name: 'Resume' }).click()
      await expect.poll(() => rows(page).first().textContent()).toContain('paused.jpg')
      await page.getByRole('button', { name: 'Clear' }).click()
      await see(page, '#empty', /^The list was cleared of \d+ requests\. The next ones appear as they finish/)
      await page.getByRole('button', { name: 'Show them again' }).click()
      await expect.poll(() => rows(page).first().textContent()).toContain('paused.jpg')
      await page.getByRole('button', { name: 'Clear' }).click()
      await cloudfront.fetch('/photos/after-clear.jpg')
      await expect.poll(() => rows(page).allTextContents()).toEqual([expect.stringContaining('after-clear.jpg')])
    })

    it('of a missing object say what to do', async () => {
      const page = await opened()
      await cloudfront.fetch('/photos/nowhere.jpg')
      await page.getByPlaceholder(/^Filter/).fill('nowhere')
      await rows(page).first().click()
      await see(page, '.trace .remark.warn', /^404 The origin has no such object\..* invalidate its path\.$/)
    })

    it('are counted where a viewer asked: not the small pictures of the page itself', async () => {
      await opened()
      const totals = async () =>
        (await cloudfront.fetch('/__rimlight/totals')).json() as Promise<Record<string, number>>
      await expect.poll(async () => (await totals()).requests).toBeGreaterThan(0)
      const before = await totals()
      const page = await opened()
      await expect
        .poll(() => page.locator('.tile .note', { hasText: /, (?:Hit|Miss|RefreshHit)$/ }).count())
        .toBeGreaterThan(6)
      // The picture in the pane.
      await expect.poll(async () => (await totals()).requests).toBe(Number(before.requests) + 1)
      await see(page, '[data-total=saved]', /^−\d+(?:\.\d)?\s%$/)
      await see(page, '[data-total=saved-note]', /of originals at the same sizes$/)
    })

    it('stay what they are: text, whatever is in them', async () => {
      const page = await opened()
      const path = '/<script>document.title="caught"</script>?"><img src=x onerror=document.title="caught">'
      await sendRaw(path.replaceAll(' ', '%20'))
      await page.getByPlaceholder(/^Filter/).fill('<script>')
      await rows(page).first().click()
      await see(page, '.trace', '<script>document.title="caught"</script>')
      await see(page, '.trace', '<img%20src=x')
      expect(await page.locator('#list :is(script, img)').count()).toBe(0)
      expect(await page.title()).toBe('Rimlight: CloudFront on this machine')
    })

    it('are asked for where the stream does not get through, and the page says so', async () => {
      const page = await openOther()
      await page.route('**/requests/stream', (route) => route.abort())
      await page.goto(`${cloudfront.httpsUrl}/__rimlight/`)
      await see(page, '#state', 'Live, by polling')
      await cloudfront.fetch('/photos/polled.jpg')
      await expect.poll(() => rows(page).first().textContent(), { timeout: 5000 }).toContain('polled.jpg')
      await page.route('**/__rimlight/requests', (route) => route.abort())
      await see(page, '#state', 'Not answering, trying again')
      forgive(/ERR_FAILED/)
    })

    /** A path that `fetch` would escape. */
    const sendRaw = (path: string) =>
      new Promise((resolve, reject) => {
        const { port } = new URL(cloudfront.httpsUrl)
        const sent = request({ host: '127.0.0.1', port, path, rejectUnauthorized: false }, (response) =>
          response.resume().once('end', resolve),
        )
        sent.once('error', reject).end()
      })
  })

  describe('the key box', () => {
    it('shows the key, its parts, and what the function changed', async () => {
      const page = await opened()
      await page.getByLabel('URL or path').fill('/photos/dusk.jpg?w=600&dpr=2&utm_source=mail')
      await page.getByLabel('URL or path').press('Enter')
      await see(page, '#key-answer pre', /\/photos\/dusk\.jpg fm=webp&w=1200/)
      await see(page, '#key-answer .facts', /Query\s*fm=webp&w=1200/)
      await see(page, '#key-answer .changes', 'querystring')
    })

    it('shows an answer that comes before there is a key', async () => {
      const page = await opened()
      await page.getByLabel('Method').selectOption('POST')
      await page.getByRole('button', { name: 'Show the key' }).click()
      const reason = 'answered before the function runs. The behaviour /* allows GET, HEAD, OPTIONS.'
      await see(page, '#key-answer .remark', `403 No key: ${reason}`)
    })

    it.each([
      ['/drafts%2Fa.jpg', /^400 No key: .*as it is, to \/\*; as \/drafts\/a\.jpg, to \/drafts\/\*\.$/],
      ['/a%00.jpg', /^400 No key: .* holds a control character, or a % that begins no escape\.$/],
      [
        `/${'a'.repeat(9_000)}`,
        /^414 No key: answered before the function runs\. The URL is longer than 8192 characters\.$/,
      ],
    ])('says which rule refused %.20s', async (url, reason) => {
      const page = await opened()
      await page.getByLabel('URL or path').fill(url)
      await page.getByLabel('URL or path').press('Enter')
      await see(page, '#key-answer .remark', reason)
    })

    it.each([360, 1280])('is where #key leads, at a width of %i', async (width) => {
      const page = await openOther({ width, height: 780 })
      await page.goto(`${cloudfront.httpsUrl}/__rimlight/#key`)
      await see(page, '.headline strong', 'WebP')
      const where = () =>
        page.evaluate(() => {
          const { top, bottom } = document.getElementById('key-form')?.getBoundingClientRect() ?? {
            top: -1,
            bottom: -1,
          }
          return [top > 0, bottom < innerHeight, document.activeElement?.id]
        })
      await expect.poll(where).toEqual([true, true, 'key-url'])
      // Still there when requests and pictures above it have come.
      await expect.poll(() => page.locator('#list > li').count()).toBeGreaterThan(8)
      await page.waitForTimeout(500)
      expect(await where()).toEqual([true, true, 'key-url'])
    })

    it('names the line that is no header, and is sent with Ctrl+Enter', async () => {
      const page = await opened()
      const headers = page.getByLabel(/^Request headers/)
      await headers.fill('accept: image/webp\nno header')
      await headers.press('Control+Enter')
      await see(page, '#key-problem', 'Line 2 of the headers is no “name: value”: no header')
      await headers.fill('accept: image/webp')
      await headers.press('Control+Enter')
      await see(page, '#key-answer pre', 'fm=webp')
      expect(await page.locator('#key-problem').textContent()).toBe('')
    })
  })

  describe('maintenance', () => {
    it('removes what is cached: the next request is a Miss', async () => {
      const page = await opened()
      await page.getByLabel(/^Invalidate paths/).fill('/photos/dusk.jpg*\n')
      await page.getByRole('button', { name: 'Invalidate' }).click()
      await see(page, '#invalidation-answer', /^[1-9]\d* cached objects? removed\. Invalidation [\w-]+\.$/)
      await page.getByRole('button', { name: 'Ask again' }).click()
      await see(page, '.headers .facts', 'Miss from cloudfront')
    })

    it('says in place what is no path', async () => {
      const page = await opened()
      await page.getByLabel(/^Invalidate paths/).fill('/a*b/c')
      await page.getByRole('button', { name: 'Invalidate' }).click()
      await expect.poll(() => page.locator('#invalidation-problem').textContent()).not.toBe('')
      forgive(/status of 400/)
    })

    it('lets time pass: what was cached is asked for anew', async () => {
      const page = await opened()
      await page.getByRole('button', { name: '1 day' }).click()
      await see(page, '#clock-answer', /^It is now \d+ \w+ \d{4}/)
      await page.getByRole('button', { name: 'Ask again' }).click()
      await see(page, '.headers .facts', 'RefreshHit from cloudfront')
    })
  })

  describe.each(['light', 'dark'] as const)('in %s', (scheme) => {
    // In a short run, each width once.
    const widths = [360, 768, 1280].filter((width) => EXTENT === 'full' || (width === 768) === (scheme === 'dark'))
    it.each(widths)('fits into %i pixels, whatever it shows, and is legible', async (width) => {
      const page = await opened({ scheme, width, height: 780 })
      await cloudfront.fetch(`/${'long-'.repeat(60)}${'A'.repeat(200)}.jpg?w=640&${'x'.repeat(300)}=1`, WEBP)
      await cloudfront.fetch('/photos/dusk.jpg?w=64', { method: 'POST' })
      await page.getByRole('button', { name: 'Ask again' }).click()
      await page.getByRole('button', { name: 'Show the key' }).click()
      await see(page, '#key-answer', 'querystring')
      await rows(page).filter({ hasText: 'long-' }).first().click()
      await see(page, '.trace', 'Behaviour')
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
      const contrasts = await contrastOf(page)
      expect(contrasts.length).toBeGreaterThan(150)
      expect(contrasts.filter(({ ratio }) => ratio < 4.5)).toEqual([])
      await screenshot(page, `page-${scheme}-${width}`)
    })

    // In a short run, each scheme once: what dark has here, it has at first, below.
    it.runIf(EXTENT === 'full' || scheme === 'light')('is accessible, with a request opened', async () => {
      const page = await opened({ scheme })
      await cloudfront.fetch('/photos/dusk.jpg?w=64', { method: 'POST' })
      await page.getByRole('button', { name: 'Show the key' }).click()
      await see(page, '#key-answer', 'querystring')
      await rows(page).first().click()
      await see(page, '.trace', 'Behaviour')
      expect(await axeOf(page)).toEqual([])
    })
  })

  describe('at first', () => {
    let bare: CloudFront
    beforeAll(async () => {
      bare = await started(config, { buckets: { photos: await temporaryFolder() } })
    })
    afterAll(() => bare?.stop())

    const schemes = (['light', 'dark'] as const).filter((scheme) => EXTENT === 'full' || scheme === 'dark')
    it.each(schemes)('says what to do where there is nothing to show, in %s', async (scheme) => {
      const page = await openOther({ scheme })
      await page.goto(`${bare.httpsUrl}/__rimlight/`)
      await see(page, '#state', 'Live')
      await see(
        page,
        '#no-samples',
        /^No sample pictures are behind this distribution\. Name one of its own objects here/,
      )
      await see(page, '#empty', /^No request so far\. Open a picture, or ask from a terminal:curl -kI/)
      expect(await page.locator('#strip').isVisible()).toBe(false)
      expect(await axeOf(page)).toEqual([])
      await screenshot(page, `page-first-${scheme}`)
    })
  })
})
