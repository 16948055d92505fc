/** The order of routes: the first match wins, and the last one takes what is left. */

import type { RouteSettings } from '../bundle/settings.ts'
import { BEHAVIOURS } from '../edge/limits.ts'
import { routeTableOf } from '../edge/patterns.ts'
import { routeOf } from '../edge/routes.ts'
import { type IsSound, type Problem, problem } from './problem.ts'

/** A route never matches where an earlier one takes all its paths, or where all its paths could be read in two ways. */
export function orderProblems(routes: readonly RouteSettings[], isSound: IsSound): Problem[] {
  const paths = routes.map((route, i) => (isSound(`routes[${i}].path`) ? route.path : undefined))
  const found = paths.flatMap((path, i) => (path === undefined ? [] : pathProblems(path, i, paths)))
  const isTooMany = routes.length > BEHAVIOURS
  const quota = `at most ${BEHAVIOURS} routes, CloudFront's quota of behaviours`
  return isTooMany ? [...found, problem('routes', quota, routes.length)] : found
}

function pathProblems(path: string, index: number, paths: readonly (string | undefined)[]): Problem[] {
  const at = `routes[${index}].path`
  if (index === paths.length - 1 && path !== '/*') {
    return [problem(at, "'/*', the default behaviour, as the last route", path)]
  }
  const earlier = paths.findIndex((other, i) => i < index && other !== undefined && covers(other, path))
  if (earlier >= 0)
    return [problem(at, `a path that routes[${earlier}] ('${paths[earlier]}') does not take first`, path)]

  const sample = path.replace(/[*?]/g, 'x').replace(/^x/, '/x')
  const routing = routeOf(sample, routeTableOf([path, '/*']))
  return typeof routing === 'number'
    ? [problem(at, 'a pattern whose paths are canonical: no //, no . or .. segment, no "', path)]
    : []
}

/** Runs of wildcards in one order, so that `*?` and `?*` are the same pattern; so are `/*a` and `*a`, for paths. */
const normalized = (pattern: string): string =>
  pattern
    .replace(/[*?]+/g, (run) => run.replaceAll('*', '') + (run.includes('*') ? '*' : ''))
    .replace(/^\/\*(?!\/)/, '*')

/** Whether every path of `inner` is one of `outer`: a `*` of `inner` can only be taken by one of `outer`. */
export function covers(outer: string, inner: string): boolean {
  const [whole, part] = [normalized(outer), normalized(inner)]
  const tried = new Set<string>()
  const reachable = (from: number, rest: number): boolean => {
    if (tried.has(`${from},${rest}`)) return false
    tried.add(`${from},${rest}`)
    if (from === whole.length) return rest === part.length
    if (whole[from] === '*') return reachable(from + 1, rest) || (rest < part.length && reachable(from, rest + 1))
    if (rest === part.length || part[rest] === '*') return false
    return (whole[from] === '?' || whole[from] === part[rest]) && reachable(from + 1, rest + 1)
  }
  return reachable(0, 0)
}
