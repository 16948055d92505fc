/** What a config may say, and its author should know. */
import type { Settings } from '../bundle/settings.ts'

/** One sentence for each; empty where there is nothing. */
export const warningsOf = ({ routes }: Settings): string[] =>
  routes.flatMap(({ path, auth }, i) => {
    if (auth?.type !== 'jwt') return []
    const at = `routes[${i}] (${path})`
    const lasting = `${at}: auth.exp is 'optional', so a token without exp opens it until its key is removed`
    return [
      ...(auth.path === null
        ? [`${at}: auth.path names no claim, so whoever has any valid token reads all of it`]
        : []),
      ...(auth.exp === 'optional' ? [lasting] : []),
      ...(auth.forward
        ? [`${at}: auth.forward puts the token in the cache key: each token has cache entries of its own`]
        : []),
    ]
  })
