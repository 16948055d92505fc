import { fromKey, srcset } from 'rimlight-app/urls'
import { site } from './site.ts'

type Picture = {
  /** As S3 has it. */
  key: string
  /** Of the last change, for instance. */
  version?: string | number | Date
  alt: string
  /** How wide the page shows it. */
  sizes?: string
}

/** A picture for a page that a server writes. */
export function img({ key, version, alt, sizes = '100vw' }: Picture): string {
  const src = fromKey(site, key, { version })
  const attributes = { src, srcset: srcset(site, src), sizes, alt, loading: 'lazy' }
  const texts = Object.entries(attributes).map(([name, value]) => ` ${name}="${escaped(value)}"`)
  return `<img${texts.join('')}>`
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
