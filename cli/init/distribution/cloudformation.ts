/** A distribution as a CloudFormation template has it: the resources of `AWS::CloudFront`. */
import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { unexpectedInput } from '../../../base/errors.ts'
import { at, isObject, type JsonObject } from '../../../base/json-values.ts'
import type { DistributionFacts } from './facts.ts'
import { type Imported, importedConfig } from './import.ts'
import { withManaged } from './managed-policies.ts'
import { onlyDistribution } from './one-distribution.ts'
import { resolvedValue } from './template-values.ts'

/**
 * The config that comes nearest to a distribution of a template, with what the template does not say among the notes.
 * @param template as `parseTemplate` gives it
 * @param file as errors name it
 * @param id which one, by its logical id; `undefined`: the only one
 * @throws InputError where there is none, or several, or one that CloudFormation would not take
 */
export function importedTemplate(template: JsonObject, file: string, id: string | undefined): Imported {
  const { facts, unknown } = distributionInTemplate(template, file, id)
  const texts = unknown.map((text) => `The template does not say ${text}.`)
  const { config, comments, notes } = importedIn(facts, file)
  return { config, comments: { ...comments, '': [...(comments[''] ?? []), ...texts] }, notes: [...notes, ...texts] }
}

/** What reads distributions relies on the shapes that AWS has checked; of a template nobody has checked any. */
function importedIn(facts: DistributionFacts, file: string): Imported {
  try {
    return importedConfig(facts)
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    const expected = `properties of ${facts.distribution.id} as AWS::CloudFront::Distribution has them`
    throw unexpectedInput({
      at: file,
      code: 'not-a-distribution',
      expected,
      found: `others (${cause.message})`,
      remedy: '`aws cloudformation validate-template` may say more',
      cause,
    })
  }
}

/**
 * @param template as `parseTemplate` gives it
 * @param file as errors name it
 * @param id which one, by its logical id; `undefined`: the only one
 * @returns what there is of it, and what the template does not say
 * @throws InputError where there is none, or several
 */
export function distributionInTemplate(
  template: JsonObject,
  file: string,
  id: string | undefined,
): { facts: DistributionFacts; unknown: string[] } {
  const resources = Object.entries(template.Resources as JsonObject)
  const ofType = (type: string) =>
    resources.filter(([, resource]) => at(resource, 'Type') === `AWS::CloudFront::${type}`)
  const found = ofType('Distribution').map(([name, resource]) => ({ name, resource }))
  const only = onlyDistribution(found, id, file, 'it is read from the resources AWS::CloudFront::Distribution')
  const unknown = new Set<string>()
  const propertyOf = (resource: unknown, name: string): JsonObject => {
    const { value, unknown: more } = resolvedValue(template, at(resource, 'Properties', name))
    for (const text of more) unknown.add(text)
    return isObject(value) ? value : {}
  }
  const configs = (type: string): Record<string, never> =>
    Object.fromEntries(
      ofType(type).map(([name, resource]) => [name, inApiShape(propertyOf(resource, `${type}Config`)) as never]),
    )
  const config = distributionConfigOf(propertyOf(only.resource, 'DistributionConfig'))
  const keys = Object.fromEntries(
    ofType('PublicKey').map(([name, one]) => [name, String(propertyOf(one, 'PublicKeyConfig').EncodedKey ?? '')]),
  )
  const keyGroups = Object.fromEntries(
    ofType('KeyGroup').map(([name, one]) => {
      const group = propertyOf(one, 'KeyGroupConfig')
      const items = Array.isArray(group.Items) ? group.Items.map(String) : []
      return [name, { name: String(group.Name ?? name), keys: items.map((key) => ({ id: key, pem: keys[key] ?? '' })) }]
    }),
  )
  return {
    facts: {
      distribution: { id: only.name, domain: '', config },
      policies: withManaged({
        cache: configs('CachePolicy'),
        originRequest: configs('OriginRequestPolicy'),
        responseHeaders: configs('ResponseHeadersPolicy'),
      }),
      keyGroups,
    },
    unknown: [...unknown],
  }
}

/** Lists are lists there, and `{ Quantity, Items }` in the API; the fields are named alike, but for these. */
function distributionConfigOf(values: JsonObject): DistributionConfig {
  const origins = Array.isArray(values.Origins) ? values.Origins.filter(isObject) : []
  const config = {
    CallerReference: '',
    Comment: '',
    Restrictions: { GeoRestriction: { RestrictionType: 'none' } },
    ...values,
    Origins: origins.map(({ OriginCustomHeaders, ...origin }) => ({
      ...origin,
      // Values are not read: many are secrets.
      CustomHeaders: headerNames(OriginCustomHeaders),
    })),
  }
  return inApiShape(config) as DistributionConfig
}

const headerNames = (headers: unknown) =>
  Array.isArray(headers) ? headers.map((header) => ({ HeaderName: at(header, 'HeaderName') })) : []

/** Lists of which the API says in a field of its own whether there are any. */
const SIGNERS = ['TrustedKeyGroups', 'TrustedSigners']

/** Fields that are texts, even where a template writes a number or a truth value. */
const TEXTS = /^(?:Comment|Header|Id|Name|OriginPath|PathPattern|ResponseCode|Value)$/

function inApiShape(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => inApiShape(item))
    if (name === 'Items') return items
    return { ...(SIGNERS.includes(name) ? { Enabled: items.length > 0 } : {}), Quantity: items.length, Items: items }
  }
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, inApiShape(field, key)]))
  }
  // Parameters are texts, and templates may write numbers and truth as such.
  if (typeof value !== 'string' || TEXTS.test(name)) return value
  // Templates are YAML 1.1, in which these are booleans as well.
  if (/^(?:true|yes|on)$/i.test(value)) return true
  if (/^(?:false|no|off)$/i.test(value)) return false
  return /(?:TTL|Port|Sec|ErrorCode|Timeout)$/.test(name) && /^\d+$/.test(value) ? Number(value) : value
}
