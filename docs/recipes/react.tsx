import type { ComponentProps } from 'react'
import { fromKey, srcset } from 'rimlight-app/urls'
import { site } from './site.ts'

type Props = Omit<ComponentProps<'img'>, 'src' | 'srcSet'> & {
  /** The key in S3. */
  name: string
  version?: string | number | Date
  /** `16:9` cuts the picture; default: the whole of it. */
  ratio?: string
}

export function Picture({ name, version, ratio, sizes = '100vw', alt = '', ...rest }: Props) {
  const url = new URL(fromKey(site, name, { version }))
  if (ratio) {
    url.searchParams.set('ar', ratio)
    url.searchParams.set('fit', 'crop')
  }
  return <img {...rest} src={url.href} srcSet={srcset(site, url.href)} sizes={sizes} alt={alt} />
}
