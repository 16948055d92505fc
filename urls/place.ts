/** Where in a site a URL leads, by the code that says so at the edge. */

import { isMalformed } from '../edge/path.ts'
import { routeTableOf } from '../edge/patterns.ts'
import { routeOf } from '../edge/routes.ts'
import { extensionOf, takesImageParameters } from '../edge/variant.ts'
import type { Site, SiteRoute } from './site.ts'

/** `path` is canonical: the edge passes it on as it is. */
export type Place = { kind: 'place'; path: string; route: SiteRoute }
export type Nowhere = { kind: 'nowhere'; reason: string }

export const nowhere = (reason: string): Nowhere => ({ kind: 'nowhere', reason })

/** Host and path of a URL; without a host, the path has to begin with a slash. */
const HOST_AND_PATH = /^(?:(?:https?:)?\/\/([^/?#]+)|(?=\/))([^?#]*)/i

export function placeOfUrl(site: Site, url: string): Place | Nowhere {
  const [, host, path] = HOST_AND_PATH.exec(url) ?? []
  if (path === undefined) return nowhere('it is neither a URL nor a path')
  const isOurs = (domain: string) => domain.toLowerCase() === host?.toLowerCase()
  if (host && !site.domains.some(isOurs)) return nowhere(`it is not on ${site.domains[0]}`)
  return placeOfPath(site, path || '/')
}

/** Why the edge refuses a path with a status. */
const refusalOf = (status: 400 | 414, path: string): string =>
  status === 414
    ? 'it is too long'
    : isMalformed(path)
      ? 'it has a control character or a broken escape'
      : 'its path leads to different routes, depending on how it is read, or has too many parts'

export function placeOfPath(site: Site, path: string): Place | Nowhere {
  // A literal site may have no route for every path: then the default is none of its own.
  const routing = routeOf(path, routeTableOf([...site.routes.map((route) => route.path), '/*']))
  if (typeof routing === 'number') return nowhere(refusalOf(routing, path))
  const route = site.routes[routing.index]
  return route ? { kind: 'place', path: routing.canonical, route } : nowhere('no route matches its path')
}

export const takesImages = ({ route, path }: Place): boolean =>
  route.widths !== undefined && takesImageParameters(extensionOf(path))
