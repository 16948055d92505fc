/** The key value store of a distribution's function: which it is, and what is in it. */
import {
  DescribeFunctionCommand,
  DescribeKeyValueStoreCommand,
  GetDistributionCommand,
} from '@aws-sdk/client-cloudfront'
import {
  DescribeKeyValueStoreCommand as DescribeDataCommand,
  GetKeyCommand,
  ListKeysCommand,
  UpdateKeysCommand,
} from '@aws-sdk/client-cloudfront-keyvaluestore'
import { Failure, unexpectedInput } from '../../base/errors.ts'
import { TOKEN_KEYS } from '../../edge/token.ts'
import { associationAt, behavioursOf } from '../attach/behaviours.ts'
import { functionName, storeName } from '../attach/names.ts'
import type { KeyCalls } from './aws-clients.ts'
import { isKid } from './kid.ts'

/** Where it is looked for. */
export type StoreChoice = { kind: 'store'; nameOrArn: string } | { kind: 'distribution'; id: string }

const STORE_ARN = /^arn:[\w-]+:cloudfront::\d{12}:key-value-store\/[\w-]+$/

/** CloudFront API, CreateKeyValueStore, Name. */
const STORE_NAME = /^[A-Za-z0-9_-]{1,64}$/

/** @throws InputError unless exactly one of both says it */
export function storeChoice(store: string | undefined, distribution: string | undefined, hint: string): StoreChoice {
  if ((store === undefined) === (distribution === undefined)) {
    const expected = '--store NAME or --distribution ID'
    const found = store === undefined ? 'neither' : 'both'
    throw unexpectedInput({ code: 'option-missing', expected, found, remedy: hint })
  }
  if (distribution !== undefined) return { kind: 'distribution', id: distribution }
  const nameOrArn = store as string
  if (STORE_ARN.test(nameOrArn) || STORE_NAME.test(nameOrArn)) return { kind: 'store', nameOrArn }
  const expected = 'the name of a key value store, or its ARN'
  const found = JSON.stringify(store)
  throw unexpectedInput({ at: '--store', code: 'option-value', expected, found })
}

/** @returns the store's ARN @throws Failure where there is none */
export async function findStore(calls: KeyCalls, choice: StoreChoice): Promise<string> {
  if (choice.kind === 'distribution') return storeOfDistribution(calls, choice.id)
  const { nameOrArn } = choice
  if (STORE_ARN.test(nameOrArn)) return nameOrArn
  const arn = await storeNamed(calls, nameOrArn)
  if (arn !== null) return arn
  const expected = `a key value store named ${nameOrArn}`
  throw new Failure(
    `expected ${expected} in this account, found none; \`aws cloudfront list-key-value-stores\` lists those that are there`,
    { code: 'unknown-store', expected, found: 'none' },
  )
}

/** The one that its function reads; before attach, the one that attach will take. */
async function storeOfDistribution(calls: KeyCalls, id: string): Promise<string> {
  const answer = await calls.find('cloudfront:GetDistribution', ({ cloudfront }) =>
    cloudfront.send(new GetDistributionCommand({ Id: id })),
  )
  const config = answer?.Distribution?.DistributionConfig
  if (!config) {
    const expected = `a distribution ${id} in this account`
    throw new Failure(
      `expected ${expected}, found none; \`aws cloudfront list-distributions\` lists those that are there`,
      {
        code: 'unknown-distribution',
        expected,
        found: 'none',
      },
    )
  }
  const functions = behavioursOf(config).flatMap(({ behaviour }) => {
    const there = associationAt(behaviour, 'viewer-request')
    return there?.kind === 'function' ? [functionName(there.arn)] : []
  })
  const stores = new Set<string>()
  for (const Name of new Set(functions)) {
    const described = await calls.find('cloudfront:DescribeFunction', ({ cloudfront }) =>
      cloudfront.send(new DescribeFunctionCommand({ Name, Stage: 'LIVE' })),
    )
    const associations = described?.FunctionSummary?.FunctionConfig?.KeyValueStoreAssociations?.Items ?? []
    for (const { KeyValueStoreARN } of associations) if (KeyValueStoreARN) stores.add(KeyValueStoreARN)
  }
  if (stores.size > 1) {
    const found = `${stores.size}: ${[...stores].toSorted().join(', ')}`
    throw new Failure(
      `${id}: expected functions that read one key value store, found ${found}; name one with --store`,
      {
        code: 'several-stores',
        expected: 'functions that read one key value store',
        found,
      },
    )
  }
  const name = storeName(id)
  const arn = [...stores][0] ?? (await storeNamed(calls, name))
  if (arn) return arn
  const expected = `a function with a key value store, or a store named ${name}`
  throw new Failure(
    `${id}: expected ${expected}, found neither; \`aws cloudfront create-key-value-store --name ${name}\` makes one, which \`rimlight attach\` then gives to the function`,
    { code: 'unknown-store', expected, found: 'neither' },
  )
}

async function storeNamed({ find }: KeyCalls, Name: string): Promise<string | null> {
  const answer = await find('cloudfront:DescribeKeyValueStore', ({ cloudfront }) =>
    cloudfront.send(new DescribeKeyValueStoreCommand({ Name })),
  )
  return answer?.KeyValueStore?.ARN ?? null
}

/** @returns the ETag of all that is in it: another one than that of the store in CloudFront's own API */
export async function readVersion({ find }: KeyCalls, arn: string): Promise<string> {
  const answer = await find('cloudfront-keyvaluestore:DescribeKeyValueStore', ({ keyValueStore }) =>
    keyValueStore.send(new DescribeDataCommand({ KvsARN: arn })),
  )
  if (answer) return answer.ETag ?? ''
  throw new Failure(
    `expected the key value store ${arn}, found none; \`aws cloudfront list-key-value-stores\` lists those that are there`,
    { code: 'unknown-store', expected: `the key value store ${arn}`, found: 'none' },
  )
}

/** @returns null where there is none */
export async function readValue({ find }: KeyCalls, arn: string, kid: string): Promise<string | null> {
  const answer = await find('cloudfront-keyvaluestore:GetKey', ({ keyValueStore }) =>
    keyValueStore.send(new GetKeyCommand({ KvsARN: arn, Key: TOKEN_KEYS + kid })),
  )
  return answer?.Value ?? null
}

/** `others`: keys that are not for tokens. */
export type StoredKeys = { values: Map<string, string>; others: number }

export async function readKeys({ call }: KeyCalls, arn: string): Promise<StoredKeys> {
  const values = new Map<string, string>()
  let others = 0
  let NextToken: string | undefined
  do {
    const request = { KvsARN: arn, ...(NextToken === undefined ? {} : { NextToken }) }
    const answer = await call('cloudfront-keyvaluestore:ListKeys', ({ keyValueStore }) =>
      keyValueStore.send(new ListKeysCommand(request)),
    )
    for (const { Key = '', Value = '' } of answer.Items ?? []) {
      const kid = Key.startsWith(TOKEN_KEYS) ? Key.slice(TOKEN_KEYS.length) : ''
      if (isKid(kid)) values.set(kid, Value)
      else others += 1
    }
    NextToken = answer.NextToken
  } while (NextToken)
  return { values, others }
}

/**
 * All of it or nothing.
 * @throws Conflict if the store is no longer the one of that version
 */
export async function changeKeys(
  { call }: KeyCalls,
  arn: string,
  version: string,
  { puts = {}, deletes = [] }: { puts?: Record<string, string>; deletes?: readonly string[] },
): Promise<void> {
  await call('cloudfront-keyvaluestore:UpdateKeys', ({ keyValueStore }) =>
    keyValueStore
      .send(
        new UpdateKeysCommand({
          KvsARN: arn,
          IfMatch: version,
          Puts: Object.entries(puts).map(([kid, Value]) => ({ Key: TOKEN_KEYS + kid, Value })),
          Deletes: deletes.map((kid) => ({ Key: TOKEN_KEYS + kid })),
        }),
      )
      .catch((error) => {
        throw withoutValues(error, Object.values(puts))
      }),
  )
}

/** AWS repeats what it finds not valid. */
function withoutValues(error: unknown, values: readonly string[]): unknown {
  if (error instanceof Error) {
    for (const value of values) error.message = error.message.replaceAll(value, '(the secret)')
  }
  return error
}
