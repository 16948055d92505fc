/** How well text stands out: WCAG 2.2, "contrast ratio", of all that is on a page. */
import type { Page } from 'playwright-core'

/** `ratio`: 1 to 21. */
export type Contrast = { text: string; element: string; ratio: number }

/** Of every text that can be seen, with its colour and opacity laid over the grounds behind it. Runs in the page. */
function measure(): Contrast[] {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 1
  const context = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D
  type Rgba = [number, number, number, number]
  const known = new Map<string, Rgba>()
  const rgba = (colour: string): Rgba => {
    const existing = known.get(colour)
    if (existing) return existing
    context.clearRect(0, 0, 1, 1)
    context.fillStyle = colour
    context.fillRect(0, 0, 1, 1)
    const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data
    const value: Rgba = [red, green, blue, alpha / 255]
    known.set(colour, value)
    return value
  }
  const over = (top: Rgba, below: Rgba): Rgba => {
    const mixed = [0, 1, 2].map((i) => (top[i] as number) * top[3] + (below[i] as number) * (1 - top[3]))
    return [...mixed, 1] as Rgba
  }
  const ancestors = (element: Element | null): Element[] =>
    element ? [element, ...ancestors(element.parentElement)] : []
  const luminance = ([red, green, blue]: Rgba) => {
    const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) => {
      const share = value / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const found: Contrast[] = []
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement as Element
    const text = (texts.currentNode.textContent ?? '').trim()
    if (text === '' || !element.checkVisibility() || element.closest('.unseen, .skip, option, noscript, script'))
      continue
    const line = ancestors(element)
    const ground = line.reduceRight<Rgba>(
      (below, one) => over(rgba(getComputedStyle(one).backgroundColor), below),
      rgba('Canvas'),
    )
    const colour = rgba(getComputedStyle(element).color)
    const opacity = line.reduce((product, one) => product * Number(getComputedStyle(one).opacity), 1)
    const seen = over([colour[0], colour[1], colour[2], colour[3] * opacity], ground)
    const [lighter = 0, darker = 0] = [luminance(seen), luminance(ground)].toSorted((a, b) => b - a)
    const name = `${element.localName}${element.className ? `.${element.className}` : ''}`
    found.push({ text: text.slice(0, 40), element: name, ratio: (lighter + 0.05) / (darker + 0.05) })
  }
  return found
}

export const contrastOf = (page: Page): Promise<Contrast[]> => page.evaluate(measure)
