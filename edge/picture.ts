import { extensionOf, takesImageParameters } from './variant.ts'

/** Whether a path is that of a picture, by its name: it takes image parameters, or would but for being drawn by code. */
export const isPicture = (path: string): boolean => {
  const extension = extensionOf(path)
  return !path.endsWith('/') && (takesImageParameters(extension) || extension === 'svg')
}
