/** Policies, origin access controls and functions: made once by a name, listed, deleted where nobody uses them. */
import {
  CreateCachePolicyCommand,
  CreateOriginAccessControlCommand,
  CreateOriginRequestPolicyCommand,
  CreateResponseHeadersPolicyCommand,
  DeleteCachePolicyCommand,
  DeleteFunctionCommand,
  DeleteOriginRequestPolicyCommand,
  DeleteResponseHeadersPolicyCommand,
  GetCachePolicyCommand,
  GetOriginRequestPolicyCommand,
  GetResponseHeadersPolicyCommand,
  ListCachePoliciesCommand,
  ListFunctionsCommand,
  ListOriginAccessControlsCommand,
  ListOriginRequestPoliciesCommand,
  ListResponseHeadersPoliciesCommand,
  type OriginAccessControlConfig,
} from '@aws-sdk/client-cloudfront'
import { checkTag, cloudFrontError } from './cloudfront.ts'
import { read, type TenantRow, write } from './rows.ts'
import type { CommandRow } from './state.ts'
import type { TenantAws } from './tenant-aws.ts'

type Command = CommandRow['command']
type Named = { Name: string | undefined }

const PAGE = 2

const page = <T>(all: readonly T[], marker: unknown) => {
  const start = Number(marker ?? 0)
  const items = all.slice(start, start + PAGE)
  const next = start + PAGE < all.length ? { NextMarker: String(start + PAGE) } : {}
  return { MaxItems: PAGE, Quantity: items.length, Items: items, ...next }
}

function checkNew(all: Iterable<Named>, name: unknown, error: string): void {
  if ([...all].some(({ Name }) => Name === name)) throw cloudFrontError(error, 'The name is used already.', 409)
}

/** @param kind `CachePolicy` */
const policyRows = (
  kind: string,
  plural: string,
  mapOf: (aws: TenantAws) => Map<string, never>,
  { create, list, get, remove }: Record<'create' | 'list' | 'get' | 'remove', Command>,
): TenantRow[] => [
  read(`Get${kind}`, get, ({ Id }, aws) => {
    const config = (mapOf(aws) as Map<string, Named>).get(String(Id))
    if (!config) throw cloudFrontError(`NoSuch${kind}`, 'The policy does not exist.', 404)
    return { [kind]: { Id, LastModifiedTime: new Date(0), [`${kind}Config`]: config }, ETag: `E${Id}` }
  }),
  write(`Delete${kind}`, remove, ({ Id, IfMatch }, aws) => {
    if (!mapOf(aws).has(String(Id))) throw cloudFrontError(`NoSuch${kind}`, 'The policy does not exist.', 404)
    checkTag(IfMatch, `E${Id}`)
    if ([...aws.distributions.values()].some(({ config }) => JSON.stringify(config).includes(`"${Id}"`))) {
      throw cloudFrontError(`${kind}InUse`, 'The policy is attached to a distribution.', 409)
    }
    mapOf(aws).delete(String(Id))
    return {}
  }),
  write(`Create${kind}`, create, (input, aws) => {
    const config = input[`${kind}Config`] as Named
    const all = mapOf(aws) as Map<string, Named>
    checkNew(all.values(), config.Name, `${kind}AlreadyExists`)
    if (all.size >= aws.quotas.policies) {
      throw cloudFrontError(`TooMany${plural}`, 'You have reached the maximum number of policies for this account.')
    }
    const Id = aws.id('P')
    all.set(Id, config)
    return { [kind]: { Id, LastModifiedTime: new Date(0), [`${kind}Config`]: config }, ETag: aws.etag() }
  }),
  read(`List${plural}`, list, ({ Marker, Type }, aws) => {
    const custom = [...(mapOf(aws) as Map<string, Named>)].map(([Id, config]) => ({
      Type: 'custom',
      [kind]: { Id, LastModifiedTime: new Date(0), [`${kind}Config`]: config },
    }))
    return { [`${kind}List`]: page(Type === 'managed' ? [] : custom, Marker) }
  }),
]

export const policyCommands: readonly TenantRow[] = [
  ...policyRows('CachePolicy', 'CachePolicies', (aws) => aws.cachePolicies as Map<string, never>, {
    create: CreateCachePolicyCommand,
    list: ListCachePoliciesCommand,
    get: GetCachePolicyCommand,
    remove: DeleteCachePolicyCommand,
  }),
  ...policyRows(
    'OriginRequestPolicy',
    'OriginRequestPolicies',
    (aws) => aws.originRequestPolicies as Map<string, never>,
    {
      create: CreateOriginRequestPolicyCommand,
      list: ListOriginRequestPoliciesCommand,
      get: GetOriginRequestPolicyCommand,
      remove: DeleteOriginRequestPolicyCommand,
    },
  ),
  ...policyRows(
    'ResponseHeadersPolicy',
    'ResponseHeadersPolicies',
    (aws) => aws.responseHeadersPolicies as Map<string, never>,
    {
      create: CreateResponseHeadersPolicyCommand,
      list: ListResponseHeadersPoliciesCommand,
      get: GetResponseHeadersPolicyCommand,
      remove: DeleteResponseHeadersPolicyCommand,
    },
  ),
  write('CreateOriginAccessControl', CreateOriginAccessControlCommand, ({ OriginAccessControlConfig }, aws) => {
    const config = OriginAccessControlConfig as OriginAccessControlConfig
    checkNew(aws.originAccessControls.values(), config.Name, 'OriginAccessControlAlreadyExists')
    const Id = aws.id('C')
    aws.originAccessControls.set(Id, config)
    return { OriginAccessControl: { Id, OriginAccessControlConfig: config }, ETag: aws.etag() }
  }),
  read('ListOriginAccessControls', ListOriginAccessControlsCommand, ({ Marker }, aws) => ({
    OriginAccessControlList: {
      Marker: '',
      IsTruncated: false,
      ...page(
        [...aws.originAccessControls].map(([Id, config]) => ({ Id, Description: '', ...config })),
        Marker,
      ),
    },
  })),
  read('ListFunctions', ListFunctionsCommand, ({ Marker }, aws) => ({
    FunctionList: page(
      [...aws.functions.keys()].map((Name) => ({ Name, FunctionConfig: {}, FunctionMetadata: {} })),
      Marker,
    ),
  })),
  write('DeleteFunction', DeleteFunctionCommand, ({ Name, IfMatch }, aws) => {
    const found = aws.functions.get(String(Name))
    if (!found) throw cloudFrontError('NoSuchFunctionExists', 'The function does not exist.', 404)
    checkTag(IfMatch, found.development.etag)
    if ([...aws.distributions.values()].some(({ config }) => JSON.stringify(config).includes(`function/${Name}"`))) {
      throw cloudFrontError('FunctionInUse', 'The function is associated with a distribution.', 409)
    }
    aws.functions.delete(String(Name))
    return {}
  }),
]
