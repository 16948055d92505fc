/** The config that comes nearest to a distribution, and what it does not say. */

import type { Dependencies } from '../../../deploy/attach/aws-clients.ts'
import { distributionId } from '../../../deploy/attach/session.ts'
import { inAwsSession } from '../../../deploy/aws/session.ts'
import type { Config } from '../../../edge/config.ts'
import type { CommandContext } from '../../kit/command.ts'
import type { Comments } from '../config-text.ts'
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
  const distribution = distributionId(id, context.hint)
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
  const config: Config = {
    domains,
    origins: origins.origins,
    ...(groups.length > 0 ? { keyGroups: routes.keyGroups } : {}),
    routes: routes.routes,
    ...(Object.keys(headers.headers).length > 0 ? { headers: headers.headers } : {}),
  }
  const notes = [...settingNotes(distribution), ...domainNotes, ...origins.notes, ...routes.notes, ...headers.notes]
  const comments: Record<string, string[]> = { '': [`From the distribution ${distribution.id}.`] }
  for (const { at, text } of notes) comments[at] = [...(comments[at] ?? []), text]
  return { config, comments, notes: notes.map(({ at, text }) => (at === '' ? text : `${at}: ${text}`)) }
}

function domainsOf({ config, domain }: DistributionFacts['distribution']): { domains: string[]; notes: Note[] } {
  const names = config.Aliases?.Items ?? []
  const domains = names.filter((name) => !name.startsWith('*.'))
  const notes = names
    .filter((name) => name.startsWith('*.'))
    .map((name) => ({ at: 'domains', text: `${name} is left out: a redirect needs one name to go to.` }))
  if (domains.length > 0) return { domains, notes }
  const text = "The distribution has no alternate domain name; this is CloudFront's own."
  return { domains: [domain], notes: [...notes, { at: 'domains', text }] }
}
