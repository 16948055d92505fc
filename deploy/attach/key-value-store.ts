/** The store that the function reads the secrets of tokens from: one that exists, which attach associates with it. */
import { DescribeKeyValueStoreCommand, ListKeyValueStoresCommand } from '@aws-sdk/client-cloudfront'
import type { Policies } from '../../bundle/policies.ts'
import type { Calls } from './calls.ts'
import { storeName } from './names.ts'

export type StorePlan =
  /** No route has tokens that the function verifies. */
  { kind: 'none' } | { kind: 'found'; arn: string } | { kind: 'missing'; problem: string }

type FoundStore = { arn: string; status: string }

/**
 * The store that was asked for; else the one that the function has already; else the one with the distribution's name.
 * @param asked name or ARN
 * @param current ARN
 */
export async function planStore(
  calls: Calls,
  distribution: string,
  { keyValueStore: isNeeded }: Policies,
  asked: string | undefined,
  current: string | null,
): Promise<StorePlan> {
  if (!isNeeded) {
    return asked === undefined
      ? { kind: 'none' }
      : {
          kind: 'missing',
          problem: `--key-value-store: expected a config with a route whose tokens the function verifies (auth of type 'jwt' with HS256), found none; leave the option out`,
        }
  }
  if (asked === undefined && current !== null) return { kind: 'found', arn: current }
  const name = asked ?? storeName(distribution)
  const found = name.startsWith('arn:') ? await storeOfArn(calls, name) : await storeOfName(calls, name)
  if (found?.status === 'READY') return { kind: 'found', arn: found.arn }
  const problem = found
    ? `key value store ${name}: expected it to be READY, found ${found.status}; run the same command again in a minute`
    : asked === undefined
      ? `key value store: expected one for the secrets of tokens, found none named ${name}; \`aws cloudfront create-key-value-store --name ${name}\` makes it, or name another with --key-value-store`
      : `--key-value-store: expected one that exists, found none ${name.startsWith('arn:') ? 'with the ARN' : 'named'} ${name}; \`aws cloudfront list-key-value-stores\` lists them`
  return { kind: 'missing', problem }
}

async function storeOfName({ find }: Calls, Name: string): Promise<FoundStore | null> {
  const answer = await find('cloudfront:DescribeKeyValueStore', ({ cloudfront }) =>
    cloudfront.send(new DescribeKeyValueStoreCommand({ Name })),
  )
  return answer?.KeyValueStore ? foundStore(answer.KeyValueStore) : null
}

/** CloudFront's API describes stores by name alone. */
async function storeOfArn({ call }: Calls, arn: string): Promise<FoundStore | null> {
  let Marker: string | undefined
  do {
    const request = Marker === undefined ? {} : { Marker }
    const { KeyValueStoreList: list } = await call('cloudfront:ListKeyValueStores', ({ cloudfront }) =>
      cloudfront.send(new ListKeyValueStoresCommand(request)),
    )
    const found = list?.Items?.find(({ ARN }) => ARN === arn)
    if (found) return foundStore(found)
    Marker = list?.NextMarker
  } while (Marker)
  return null
}

const foundStore = ({
  ARN = '',
  Status = '',
}: {
  ARN?: string | undefined
  Status?: string | undefined
}): FoundStore => ({
  arn: ARN,
  status: Status,
})
