import type { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { V2_COLUMNS, V2_FIELDS } from '../../../../deploy/aws/log-table.ts'
import { createTableSql } from '../../../../logs/athena/table.ts'
import { bundleOf, CONFIG } from './bundles.ts'
import { distributionConfig, joined, onlyResource, plain, templateFor } from './templates.ts'

const BUNDLE = bundleOf(CONFIG)
const V2 = templateFor(BUNDLE, { logs: { kind: 'v2', hasTable: true } })

const outputOf = (template: Template, id: string): string => joined(template.toJSON().Outputs[id]?.Value)

describe('standard logging v2', () => {
  it('delivers Parquet with the fields that reports read, in a folder for each hour', () => {
    expect(plain(onlyResource(V2, 'AWS::Logs::DeliverySource').properties)).toEqual({
      Name: '<AWS::StackName>-access-logs',
      LogType: 'ACCESS_LOGS',
      ResourceArn: 'arn:aws:cloudfront::<AWS::AccountId>:distribution/<Distribution>',
    })
    expect(plain(onlyResource(V2, 'AWS::Logs::DeliveryDestination').properties)).toEqual({
      Name: '<AWS::StackName>-access-logs',
      DestinationResourceArn: '<AccessLogs.Arn>/cloudfront-v2',
      OutputFormat: 'parquet',
    })
    expect(plain(onlyResource(V2, 'AWS::Logs::Delivery').properties)).toEqual({
      DeliverySourceName: '<LogSource>',
      DeliveryDestinationArn: '<LogDestination.Arn>',
      RecordFields: Object.keys(V2_FIELDS),
      S3SuffixPath: '{DistributionId}/{yyyy}/{MM}/{dd}/{HH}',
      S3EnableHiveCompatiblePath: false,
    })
    expect(Object.keys(V2_FIELDS)).toEqual(
      expect.arrayContaining(['viewer-request-log-data', 'distribution-tenant-id']),
    )
  })

  it('begins when the bucket lets it write, and only there', () => {
    const { DependsOn } = Object.values(V2.findResources('AWS::Logs::Delivery'))[0] ?? {}
    expect(DependsOn).toEqual(['AccessLogsPolicy'])
    const policy = V2.toJSON().Resources.AccessLogsPolicy.Properties.PolicyDocument
    expect((plain(policy) as { Statement: unknown[] }).Statement).toEqual([
      {
        Sid: 'LogDelivery',
        Effect: 'Allow',
        Principal: { Service: 'delivery.logs.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: '<AccessLogs.Arn>/cloudfront-v2/*',
        Condition: {
          StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', 'aws:SourceAccount': '<AWS::AccountId>' },
          ArnLike: {
            'aws:SourceArn': 'arn:aws:logs:us-east-1:<AWS::AccountId>:delivery-source:<AWS::StackName>-access-logs',
          },
        },
      },
      expect.objectContaining({ Sid: 'HttpsOnly', Effect: 'Deny' }),
    ])
  })

  it('takes the place of legacy logs, which are the default', () => {
    expect(distributionConfig(V2)).not.toHaveProperty('Logging')
    const v1 = templateFor(BUNDLE)
    expect(plain(distributionConfig(v1).Logging)).toEqual({
      Bucket: '<AccessLogs.DomainName>',
      Prefix: 'cloudfront/',
      IncludeCookies: false,
    })
    for (const type of ['Logs::Delivery', 'Logs::DeliverySource', 'Glue::Table']) v1.resourceCountIs(`AWS::${type}`, 0)
  })

  it('an output says where logs are, as `rimlight logs` takes it', () => {
    expect(outputOf(V2, 'AccessLogsLocation')).toBe('s3://<AccessLogs>/cloudfront-v2')
    expect(outputOf(templateFor(BUNDLE), 'AccessLogsLocation')).toBe('s3://<AccessLogs>/cloudfront')
  })
})

describe('the table of logs', () => {
  it('is the one that `rimlight logs athena` makes', () => {
    const table = plain(onlyResource(V2, 'AWS::Glue::Table').properties) as Record<string, unknown>
    const input = table.TableInput as Record<string, Record<string, unknown>>
    const sql = createTableSql({
      ...{ kind: 'v2', database: 'rimlight_logs', table: 'access_logs', bucket: '<AccessLogs>' },
      ...{ prefix: 'cloudfront-v2/<Distribution>/', distribution: undefined },
    })
    const properties = [...sql.matchAll(/'([^']+)' = '([^']+)'/g)].map(([, name, value]) => [name, value])
    expect(input.Parameters).toEqual({
      EXTERNAL: 'TRUE',
      classification: 'parquet',
      ...Object.fromEntries(properties),
    })
    expect(properties.length).toBe(7)
    expect(sql).toContain(`LOCATION '${input.StorageDescriptor?.Location}'`)
    expect(input.StorageDescriptor?.Columns).toEqual(V2_COLUMNS.map((Name) => ({ Name, Type: 'string' })))
    expect(input.PartitionKeys).toEqual([{ Name: 'log_hour', Type: 'string' }])
  })

  it('has a database of its own, whose name is a parameter', () => {
    expect(plain(onlyResource(V2, 'AWS::Glue::Database').properties)).toMatchObject({
      CatalogId: '<AWS::AccountId>',
      DatabaseInput: { Name: '<LogDatabaseName>' },
    })
    expect(V2.toJSON().Parameters.LogDatabaseName).toMatchObject({ Default: 'rimlight_logs' })
  })

  it('is there on request alone', () => {
    const without = templateFor(BUNDLE, { logs: { kind: 'v2', hasTable: false } })
    without.resourceCountIs('AWS::Glue::Table', 0)
    without.resourceCountIs('AWS::Logs::Delivery', 1)
    expect(without.toJSON().Parameters).not.toHaveProperty('LogDatabaseName')
  })
})
