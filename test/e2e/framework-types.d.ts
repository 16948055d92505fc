/**
 * Of frameworks that are not installed, the types that recipes use, as their packages have them: next 16.4, @nuxt/image 2.1, astro
 * 7.3. The tests run the recipes in the frameworks themselves.
 */

declare module 'next/image' {
  export type ImageLoaderProps = { src: string; width: number; quality?: number }
}

declare module '@nuxt/image/runtime' {
  export function defineProvider<Options>(provider: {
    getImage(src: string, options: Options): { url: string }
  }): () => unknown
}

declare module 'astro' {
  export type ImageTransform = {
    src: string | { src: string; width: number; height: number; format: string }
    width?: number
    height?: number
    quality?: string | number
    fit?: string
  }
  export type ExternalImageService = {
    getURL(options: ImageTransform): string
    getSrcSet?(options: ImageTransform): unknown
    getHTMLAttributes?(options: ImageTransform): Record<string, unknown>
    validateOptions?(options: ImageTransform): ImageTransform
  }
}

declare module 'astro/assets' {
  import type { ExternalImageService } from 'astro'
  export const baseService: Required<ExternalImageService>
}
