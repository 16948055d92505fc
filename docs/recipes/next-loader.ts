import type { ImageLoaderProps } from 'next/image'

/** `images: { loader: 'custom', loaderFile: './next-loader.ts' }` in next.config.ts. */
export default function rimlightLoader({ src, width, quality }: ImageLoaderProps): string {
  const url = new URL(src, 'https://cdn.example.com')
  url.searchParams.set('w', `${width}`)
  if (quality) url.searchParams.set('q', `${quality}`)
  return url.href
}
