/** The store of a team on AWS: a table of DynamoDB, whose conditional writes keep the rule of revisions. */
import { setTimeout } from 'node:timers/promises'
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { unexpectedInput } from '../../base/errors.ts'
import { optional } from '../../base/optional-package.ts'
import { recordOf, rowOf } from './columns.ts'
import { storeCalls } from './failures.ts'
import type { Store } from './store.ts'

type Sdk = typeof import('@aws-sdk/client-dynamodb')

/** Milliseconds until a new table can be used. */
const TABLE_WAIT = 120_000

/** @param url `dynamodb://TABLE?region=REGION`; `&endpoint=URL` for another DynamoDB than AWS's */
export async function openDynamoDb(url: string): Promise<Store> {
  const { table, region, endpoint } = parsed(url)
  const sdk = await optional(
    'a store in DynamoDB',
    ['@aws-sdk/client-dynamodb'],
    () => import('@aws-sdk/client-dynamodb'),
    'npm install',
  )
  const inStore = storeCalls(`dynamodb://${table}`)
  const client = new sdk.DynamoDBClient({
    ...(region === null ? {} : { region }),
    ...(endpoint === null ? {} : { endpoint }),
    maxAttempts: 5,
  })
  await inStore(() => ensureTable(sdk, client, table)).catch((error) => {
    client.destroy()
    throw error
  })
  /** @returns whether the condition held */
  const put = async (record: Parameters<typeof rowOf>[0], condition: Condition): Promise<boolean> => {
    try {
      await client.send(new sdk.PutItemCommand({ TableName: table, Item: itemOf(rowOf(record)), ...condition }))
      return true
    } catch (error) {
      if (error instanceof sdk.ConditionalCheckFailedException) return false
      throw error
    }
  }
  return {
    get: (tenant) =>
      inStore(async () => {
        const { Item } = await client.send(
          new sdk.GetItemCommand({ TableName: table, Key: { tenant: { S: tenant } }, ConsistentRead: true }),
        )
        return Item ? recordOf(rowFrom(Item)) : null
      }),
    insert: (record) => inStore(() => put(record, { ConditionExpression: 'attribute_not_exists(tenant)' })),
    replace: (record, revision) =>
      inStore(() =>
        put(
          { ...record, revision: revision + 1 },
          {
            ConditionExpression: 'revision = :expected',
            ExpressionAttributeValues: { ':expected': { N: String(revision) } },
          },
        ),
      ),
    list: (after, limit) =>
      inStore(async () => {
        const { Items = [], LastEvaluatedKey } = await client.send(
          new sdk.ScanCommand({
            TableName: table,
            Limit: limit,
            ConsistentRead: true,
            ...(after === null ? {} : { ExclusiveStartKey: { tenant: { S: after } } }),
          }),
        )
        return { records: Items.map((item) => recordOf(rowFrom(item))), next: LastEvaluatedKey?.tenant?.S ?? null }
      }),
    close: async () => client.destroy(),
  }
}

type Condition = { ConditionExpression: string; ExpressionAttributeValues?: Record<string, AttributeValue> }

/** The one migration that a table without columns needs; whoever comes second waits for the first one's. */
async function ensureTable(sdk: Sdk, client: DynamoDBClient, table: string): Promise<void> {
  const state = async () => {
    try {
      return (await client.send(new sdk.DescribeTableCommand({ TableName: table }))).Table?.TableStatus
    } catch (error) {
      if (error instanceof sdk.ResourceNotFoundException) return 'none'
      throw error
    }
  }
  let found = await state()
  if (found === 'none') await createTable(sdk, client, table)
  const deadline = Date.now() + TABLE_WAIT
  for (let pause = 100; found !== 'ACTIVE'; pause = Math.min(pause * 2, 2_000)) {
    if (Date.now() > deadline) throw new Error(`the table is ${found} after ${TABLE_WAIT / 1_000} s`)
    await setTimeout(pause)
    found = await state()
  }
}

async function createTable(sdk: Sdk, client: DynamoDBClient, table: string): Promise<void> {
  try {
    await client.send(
      new sdk.CreateTableCommand({
        TableName: table,
        AttributeDefinitions: [{ AttributeName: 'tenant', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'tenant', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
  } catch (error) {
    if (!(error instanceof sdk.ResourceInUseException)) throw error
  }
}

/** What is null is left out. */
const itemOf = (row: Record<string, string | number | null>): Record<string, AttributeValue> =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      value === null ? [] : [[name, typeof value === 'number' ? { N: String(value) } : { S: value }]],
    ),
  )

const rowFrom = (item: Record<string, AttributeValue>) =>
  Object.fromEntries(Object.entries(item).map(([name, { S, N }]) => [name, S ?? N ?? null]))

/** DynamoDB API Reference, CreateTable: what tables may be called. */
const TABLE_NAME = /^[A-Za-z0-9_.-]{3,255}$/

function parsed(url: string): { table: string; region: string | null; endpoint: string | null } {
  const [, table = '', query = ''] = /^dynamodb:\/\/([^/?]*)\/?(?:\?(.*))?$/.exec(url) ?? []
  const parameters = new URLSearchParams(query)
  const unknown = [...parameters.keys()].find((name) => !['region', 'endpoint'].includes(name))
  if (!TABLE_NAME.test(table) || unknown !== undefined) {
    throw unexpectedInput({
      at: '--store',
      code: 'store-url',
      expected:
        "dynamodb://TABLE?region=REGION with a table's name of 3 to 255 letters, digits, dots, hyphens and underscores",
      found: JSON.stringify(url),
    })
  }
  return { table, region: parameters.get('region'), endpoint: parameters.get('endpoint') }
}
