import { transformUrl } from 'unpic'

type Size = { width: number; height?: number; quality?: number }

/** Parameters are named as imgix's, so that unpic's provider for imgix makes them. */
export function pictureUrl(url: string, size: Size): string {
  return transformUrl({ url, ...size, provider: 'imgix' }) ?? url
}
