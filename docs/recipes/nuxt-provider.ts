import { defineProvider } from '@nuxt/image/runtime'

/** What @nuxt/image calls it, and what it is called here. */
const FITS: Record<string, string> = { cover: 'crop', outside: 'min', contain: 'max', inside: 'max' }

type Modifiers = { width?: number; height?: number; fit?: string; quality?: number | string; format?: string }

export default defineProvider({
  getImage(
    src: string,
    { modifiers = {}, baseURL = 'https://cdn.example.com' }: { modifiers?: Modifiers; baseURL?: string },
  ) {
    const { width, height, fit, quality, format } = modifiers
    const url = new URL(src, baseURL)
    const parameters = { w: width, h: height, fit: fit && FITS[fit], q: quality, fm: format }
    for (const [name, value] of Object.entries(parameters)) {
      // `format: 'auto'` and none at all are what Rimlight does by itself.
      if (value && value !== 'auto') url.searchParams.set(name, `${value}`)
    }
    return { url: url.href }
  },
})
