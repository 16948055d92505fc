/** The config that comes nearest to a distribution, and what it does not say. */

import type { Dependencies } from '../../../deploy/attach/aws-clients.ts'
import { distributionId } from '../../../deploy/attach/session.ts'
import { inAwsSession } from '../../../deploy/aws/session.ts'
import type { Config } from '../../../edge/config.ts'
import type { CommandContext } from '../../kit/command.ts'
import type { Comments } from '../config-text.ts'
import { buildable } from './buildable.ts'
import type { DistributionFacts, Note } from './facts.ts'
import { importedHeaders } from './headers.ts'
import { importedOrigins } from './origins.ts'
import { importedRoutes } from './routes.ts'
import { settingNotes } from './settings.ts'

export type Imported = { config: Config; comments: Comments; notes: string[] }

/** @throws InputError for what is no id, Failure where there is no such distribution or it may not be read */
export async function importDistribution(
  dependencies: Dependencies,
  context: CommandContext,
  id: string | undefined,
): Promise<Imported> {
  const distribution = distributionId(id, context.hint, '--from-distribution')
  const interrupted = () => 'Interrupted: nothing was written.'
  // Terraform's state takes none of the AWS SDK.
  const { readFacts } = await import('./read-facts.ts')
  const found = await inAwsSession(dependencies, context, 'rimlight init', interrupted, (session) =>
    readFacts(session, distribution),
  )
  return importedConfig(found)
}

export function importedConfig(found: DistributionFacts): Imported {
  const { distribution } = found
  const { domains, notes: domainNotes } = domainsOf(distribution)
  const origins = importedOrigins(distribution.config)
  const routes = importedRoutes(found, origins)
  const headers = importedHeaders(found)
  const groups = Object.entries(routes.keyGroups)
  const nearest: Config = {
    domains,
    origins: origins.origins,
    ...(groups.length > 0 ? { keyGroups: routes.keyGroups } : {}),
    routes: routes.routes,
    ...(Object.keys(headers.headers).length > 0 ? { headers: headers.headers } : {}),
  }
  const said = [...settingNotes(distribution), ...domainNotes, ...origins.notes, ...routes.notes, ...headers.notes]
  const { config, notes } = buildable({ config: nearest, notes: said })
  const comments: Record<string, string[]> = { '': [`From the distribution ${distribution.id}.`] }
  for (const { at, text } of notes) comments[at] = [...(comments[at] ?? []), text]
  return { config, comments, notes: noteLines(notes) }
}

/** The notes as lines: one that is the same for several places is written once, with all of them before it. */
function noteLines(notes: readonly Note[]): string[] {
  const places = new Map<string, Set<string>>()
  for (const { at, text } of notes) places.set(text, (places.get(text) ?? new Set()).add(at))
  return [...places].map(([text, at]) => (at.has('') ? text : `${placesText([...at])}: ${text}`))
}

/** `routes[0] to routes[4], routes[7]`: tens of behaviours are often alike. */
function placesText(places: readonly string[]): string {
  const isNext = (one: string | undefined, other: string | undefined) =>
    one !== undefined && one.replace(/\d+/, (index) => `${Number(index) + 1}`) === other && one !== other
  const texts = places.flatMap((place, i) => {
    const [isBehind, isBefore] = [isNext(places[i - 1], place), isNext(place, places[i + 1])]
    if (isBehind && isBefore) return []
    return [isBehind && isNext(places[i - 2], places[i - 1]) ? `to ${place}` : place]
  })
  return texts.join(', ').replaceAll(', to ', ' to ')
}

function domainsOf({ config, domain }: DistributionFacts['distribution']): { domains: string[]; notes: Note[] } {
  const names = config.Aliases?.Items ?? []
  const domains = names.filter((name) => !name.startsWith('*.'))
  const notes = names
    .filter((name) => name.startsWith('*.'))
    .map((name) => ({ at: 'domains', text: `${name} is left out: a redirect needs one name to go to.` }))
  const isNamed = domains.some(isHostName)
  if (isNamed) return { domains, notes }
  const none = 'The distribution has no alternate domain name'
  const text =
    domain === ''
      ? `${none} that is known, nor one of CloudFront's own; ${EXAMPLE_DOMAIN} stands for it, and is to be put right.`
      : `${none}; this is CloudFront's own.`
  return { domains: [...domains, domain || EXAMPLE_DOMAIN], notes: [...notes, { at: 'domains', text }] }
}

/** A domain name as CloudFront's documentation has it in examples. */
const EXAMPLE_DOMAIN = 'd111111abcdef8.cloudfront.net'

/** A name without a dot is no host's: it stands for a value that the template does not have, such as a parameter's. */
const isHostName = (name: string): boolean => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name)
