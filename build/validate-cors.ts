/** Which other sites' scripts may read: what browsers or CloudFront would refuse. */
import type { RouteSettings } from '../bundle/settings.ts'
import { type Problem, problem } from './problem.ts'

/** `s3`: whether the origin is a bucket; `undefined` where that is not known. */
type Context = { route: RouteSettings; at: string; s3: boolean | undefined }

export function corsProblems({ route, at, s3 }: Context): Problem[] {
  const { cors } = route
  if (!cors) return []
  const found: Problem[] = []
  const add = (field: string, expected: string, value: unknown) =>
    found.push(problem(`${at}.cors.${field}`, expected, value))

  if (cors.credentials && cors.origins === '*') {
    add('credentials', "false where origins is '*': browsers refuse the two together; name the origins", true)
  }
  for (const field of ['headers', 'exposeHeaders'] as const) {
    const isAny = cors.credentials && cors[field]?.includes('*')
    // Fetch Standard, "CORS protocol and credentials".
    if (isAny) add(field, "names, and no '*', with credentials: there it names no header but '*'", cors[field])
  }
  if (cors.methods && s3 && route.cache !== 'never') {
    add('methods', 'no methods on a cached S3 route: it takes GET and HEAD, and those may be read', cors.methods)
  }
  return found
}
