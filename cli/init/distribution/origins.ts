/** Origins of a distribution as origins of a config. */
import type { DistributionConfig, Origin, OriginGroup } from '@aws-sdk/client-cloudfront'
import { behavioursOf } from '../../../deploy/attach/behaviours.ts'
import {
  type ApiOrigin,
  type Config,
  DEFAULT_FAILOVER_STATUSES,
  type Failover,
  type FailoverStatus,
  type S3Origin,
} from '../../../edge/config.ts'
import type { Note } from './facts.ts'

export type ImportedOrigins = {
  origins: Config['origins']
  /** A config's name by the id of an origin or an origin group. */
  names: ReadonlyMap<string, string>
  notes: Note[]
}

/** S3 User Guide, "Virtual hosting of buckets" and "Dual-stack endpoints". */
const BUCKET =
  /^(?<bucket>.+?)\.s3(?:[.-](?:dualstack\.)?(?<region>[a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com(?:\.cn)?$/

/** S3 User Guide, "Website endpoints". */
const WEBSITE = /^(?<bucket>.+?)\.s3-website[.-](?<region>[a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/

/** The region that is taken for a bucket at the global endpoint, which does not say where it is. */
const USUAL_REGION = 'us-east-1'

const idsOf = ({ Members }: OriginGroup): string[] => (Members?.Items ?? []).map(({ OriginId = '' }) => OriginId)

export function importedOrigins(config: DistributionConfig): ImportedOrigins {
  const { Origins, OriginGroups } = config
  const targets = new Set(behavioursOf(config).map(({ behaviour }) => behaviour.TargetOriginId))
  const origins: Config['origins'] = {}
  const names = new Map<string, string>()
  const notes: Note[] = []
  for (const origin of Origins?.Items ?? []) {
    const { value, texts } = originOf(origin)
    // One bucket by two origins, such as with and without an origin access control, is one in a config.
    const same = Object.entries(origins).find(([, other]) => placeOf(other) === placeOf(value))?.[0]
    const name = same ?? freeName(origin.Id ?? '', value, origins)
    if (same === undefined) origins[name] = value
    names.set(origin.Id ?? '', name)
    notes.push(...texts.map((text) => ({ at: `origins.${name}`, text })))
  }
  for (const group of OriginGroups?.Items ?? []) {
    const [first = '', second = ''] = idsOf(group).map((id) => names.get(id) ?? '')
    names.set(group.Id ?? '', first)
    const [origin, other] = [origins[first], origins[second]]
    if (!origin || !other || first === second) continue
    const failover = failoverOf(group, second)
    const note = (text: string) => notes.push({ at: `origins.${first}`, text })
    if ('bucket' in origin !== 'bucket' in other) {
      note(`It fails over to ${second} there; in a config, both are buckets or both are APIs.`)
    } else if (origin.failover !== undefined) {
      if (JSON.stringify(origin.failover) === JSON.stringify(failover)) continue
      note(
        `The origin group ${group.Id} fails over to ${second}, or by other statuses; in a config it is one for an origin.`,
      )
    } else {
      origin.failover = failover
      if (targets.has(idsOf(group)[0]))
        note('Some behaviours have it without its origin group; here all its routes fail over.')
    }
  }
  return { origins, names, notes }
}

const placeOf = (origin: S3Origin | ApiOrigin): string =>
  'bucket' in origin ? `${origin.bucket}/${origin.prefix ?? ''}` : `${origin.domain}${origin.path ?? ''} https`

function failoverOf({ FailoverCriteria }: OriginGroup, origin: string): string | Failover {
  const statuses = (FailoverCriteria?.StatusCodes?.Items ?? []).toSorted((a, b) => a - b) as FailoverStatus[]
  return statuses.join() === DEFAULT_FAILOVER_STATUSES.toSorted((a, b) => a - b).join() ? origin : { origin, statuses }
}

function originOf(origin: Origin): { value: S3Origin | ApiOrigin; texts: string[] } {
  const { DomainName = '', OriginPath = '' } = origin
  const website = WEBSITE.exec(DomainName)?.groups
  const bucket = website ?? BUCKET.exec(DomainName)?.groups
  const texts = [...(website ? [WEBSITE_TEXT] : []), ...(bucket ? bucketTexts(origin) : customTexts(origin))]
  const shield = shieldOf(origin)
  if (!bucket) {
    const headers = headerNames(origin)
    const path = OriginPath === '' ? {} : { path: OriginPath }
    return { value: { domain: DomainName, ...path, ...(headers.length > 0 ? { headers } : {}), ...shield }, texts }
  }
  const { bucket: name = '', region = USUAL_REGION } = bucket
  const prefix = OriginPath.replace(/^\//, '')
  const isGuess = bucket.region === undefined
  if (prefix !== '') texts.push(PREFIX_TEXT)
  return {
    value: { bucket: name, region, ...(prefix === '' ? {} : { prefix }), ...shield },
    texts: isGuess ? [`${DomainName} does not say where the bucket is: ${region} is a guess.`, ...texts] : texts,
  }
}

const PREFIX_TEXT =
  'The prefix is the origin path there; here origin-request puts it before keys, and attach takes an origin path that is empty.'

const WEBSITE_TEXT =
  "It is reached by its website endpoint, over HTTP; here it is a private bucket, and index documents are the route's `index`."

function bucketTexts(origin: Origin): string[] {
  const { OriginAccessControlId, S3OriginConfig } = origin
  const headers = headerNames(origin).join(', ')
  const identity = S3OriginConfig?.OriginAccessIdentity ?? ''
  const isOpen = (OriginAccessControlId ?? '') === '' && identity === ''
  return [
    ...(identity === '' ? [] : ['It is read by an origin access identity; an origin access control takes its place.']),
    ...(isOpen ? ['CloudFront reads it without an origin access control; cached routes need one.'] : []),
    ...(headers === '' ? [] : [`CloudFront adds ${headers} to requests; a bucket of a config has none.`]),
  ]
}

function customTexts({ CustomOriginConfig: custom, VpcOriginConfig }: Origin): string[] {
  const port = custom?.HTTPSPort ?? 443
  return [
    ...(custom && custom.OriginProtocolPolicy !== 'https-only'
      ? [`CloudFront reaches it by ${custom.OriginProtocolPolicy}; a config's origins are reached over HTTPS.`]
      : []),
    ...(port === 443 ? [] : [`It listens on port ${port}; a config's origins listen on 443.`]),
    ...(VpcOriginConfig ? ['It is a VPC origin, which a config does not have; attach leaves it as it is.'] : []),
  ]
}

/** Not their values: many are secrets. */
const headerNames = ({ CustomHeaders }: Origin): string[] =>
  (CustomHeaders?.Items ?? []).map(({ HeaderName = '' }) => HeaderName.toLowerCase())

const shieldOf = ({ OriginShield: shield }: Origin) =>
  shield?.Enabled && shield.OriginShieldRegion ? { shield: shield.OriginShieldRegion } : {}

/** The id where it is a name; else one made of what the origin is. */
function freeName(id: string, value: S3Origin | ApiOrigin, taken: Config['origins']): string {
  const source = 'bucket' in value ? value.bucket : value.domain
  const slug = source
    .replace(/\..*$/s, '')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_')
  const name = /^[A-Za-z_]\w*$/.test(id) ? id : slug || 'origin'
  for (let count = 1; ; count++) {
    const free = count === 1 ? name : `${name}_${count}`
    if (!(free in taken)) return free
  }
}
