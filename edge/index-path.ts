import type { IndexRule } from './rules.ts'

/** The path of the object that is asked for: one that ends in a slash may stand for another. */
export const indexPath = (path: string, index: IndexRule | undefined): string =>
  index && path[path.length - 1] === '/' ? path + index.name : path
