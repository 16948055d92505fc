/** Standard logging v2: access logs as Parquet, in a folder for each hour, and a table by which Athena reads them there. */
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue'
import { CfnDelivery, CfnDeliveryDestination, CfnDeliverySource } from 'aws-cdk-lib/aws-logs'
import type { CfnBucket } from 'aws-cdk-lib/aws-s3'
import { Aws } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { HOUR_COLUMN, partitionProjection, V2_COLUMNS, V2_FIELDS, V2_SUFFIX_PATH } from '../aws/log-table.ts'
import { distributionArn } from './arn.ts'

/** What is before the paths of log files, besides the distribution's id: of another name than that of legacy logs. */
export const V2_PREFIX = 'cloudfront-v2'

/** CloudWatch Logs API, PutDeliverySource: 60 characters at most. A stack's name has 40. */
const deliveryName = (name: string): string => `${name}-access-logs`

/** Who writes them: CloudWatch Logs User Guide, "Logs sent to Amazon S3" of V2 permissions. @param arn of the bucket */
export const deliveryStatement = (name: string, arn: string) => ({
  Sid: 'LogDelivery',
  Effect: 'Allow',
  Principal: { Service: 'delivery.logs.amazonaws.com' },
  Action: 's3:PutObject',
  Resource: `${arn}/${V2_PREFIX}/*`,
  Condition: {
    StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', 'aws:SourceAccount': Aws.ACCOUNT_ID },
    ArnLike: { 'aws:SourceArn': `arn:aws:logs:us-east-1:${Aws.ACCOUNT_ID}:delivery-source:${deliveryName(name)}` },
  },
})

/** CloudFront's logs are delivered from us-east-1, where the stack is. @param bucket which lets them be written */
export function logDelivery(scope: Construct, name: string, distributionId: string, bucket: CfnBucket): CfnDelivery {
  const source = new CfnDeliverySource(scope, 'LogSource', {
    name: deliveryName(name),
    logType: 'ACCESS_LOGS',
    resourceArn: distributionArn(distributionId),
  })
  const destination = new CfnDeliveryDestination(scope, 'LogDestination', {
    name: deliveryName(name),
    destinationResourceArn: `${bucket.attrArn}/${V2_PREFIX}`,
    outputFormat: 'parquet',
  })
  return new CfnDelivery(scope, 'LogDelivery', {
    deliverySourceName: source.ref,
    deliveryDestinationArn: destination.attrArn,
    recordFields: Object.keys(V2_FIELDS),
    s3SuffixPath: V2_SUFFIX_PATH,
    s3EnableHiveCompatiblePath: false,
  })
}

/** The table's name in its database. */
export const LOG_TABLE = 'access_logs'

/** @param database its name, which has to be free */
export function logTable(scope: Construct, database: string, distributionId: string, bucket: CfnBucket): void {
  const made = new CfnDatabase(scope, 'LogDatabase', {
    catalogId: Aws.ACCOUNT_ID,
    databaseInput: { name: database, description: 'Access logs of CloudFront' },
  })
  const location = `s3://${bucket.ref}/${V2_PREFIX}/${distributionId}/`
  new CfnTable(scope, 'LogTable', {
    catalogId: Aws.ACCOUNT_ID,
    databaseName: made.ref,
    tableInput: {
      name: LOG_TABLE,
      tableType: 'EXTERNAL_TABLE',
      parameters: { EXTERNAL: 'TRUE', classification: 'parquet', ...partitionProjection(location) },
      partitionKeys: [{ name: HOUR_COLUMN, type: 'string' }],
      storageDescriptor: {
        location,
        columns: V2_COLUMNS.map((name) => ({ name, type: 'string' })),
        inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
        outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
        serdeInfo: { serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
      },
    },
  })
}
