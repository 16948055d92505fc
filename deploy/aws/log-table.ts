/**
 * What standard logging v2 delivers for `rimlight logs`, and the table by which Athena reads it. The template makes both;
 * `rimlight logs athena` writes the same table for logs that something else delivers.
 */

/**
 * Fields of the delivery, in its order, with the columns that they have in Parquet: the names of the API reference's
 * DescribeConfigurationTemplates for CloudFront's ACCESS_LOGS. No cookie, referrer or address of a proxy is among them.
 */
export const V2_FIELDS = {
  date: 'date',
  time: 'time',
  'x-edge-location': 'x_edge_location',
  'sc-bytes': 'sc_bytes',
  'c-ip': 'c_ip',
  'cs-method': 'cs_method',
  'cs-uri-stem': 'cs_uri_stem',
  'sc-status': 'sc_status',
  'cs(User-Agent)': 'cs_user_agent',
  'cs-uri-query': 'cs_uri_query',
  'x-edge-result-type': 'x_edge_result_type',
  'x-edge-request-id': 'x_edge_request_id',
  'x-host-header': 'x_host_header',
  'cs-protocol': 'cs_protocol',
  'time-taken': 'time_taken',
  'time-to-first-byte': 'time_to_first_byte',
  'x-edge-detailed-result-type': 'x_edge_detailed_result_type',
  'sc-content-type': 'sc_content_type',
  'c-country': 'c_country',
  'cache-behavior-path-pattern': 'cache_behavior_path_pattern',
  // Of multi-tenant distributions: whose request it was.
  'distribution-tenant-id': 'distribution_tenant_id',
  // What the function writes where the config has `logs: true`.
  'viewer-request-log-data': 'viewer_request_log_data',
} as const satisfies Record<string, string>

/** What other deliveries may have besides, and queries read. In files that lack a column it is null. */
const FURTHER_COLUMNS = ['cs_cookie']

/** Of Parquet files, all of them texts: Athena User Guide, "Create a table for CloudFront logs … with Parquet". */
export const V2_COLUMNS: readonly string[] = [...Object.values(V2_FIELDS), ...FURTHER_COLUMNS]

/** Where objects are, below the destination's prefix: a folder for each hour (Developer Guide, "Send logs to Amazon S3"). */
export const V2_SUFFIX_PATH = '{DistributionId}/{yyyy}/{MM}/{dd}/{HH}'

/** The partition of a table: an hour such as `2026/11/30/14`, UTC. */
export const HOUR_COLUMN = 'log_hour'

/** Standard logging v2 began in November 2024: there is nothing older. */
const FIRST_HOUR = '2024/11/01/00'

/**
 * Properties of a table whose partitions follow from their names: Athena User Guide, "Partition projection".
 * @param location s3://BUCKET/PREFIX/, below which the folders of the years are
 */
export const partitionProjection = (location: string): Record<string, string> => ({
  'projection.enabled': 'true',
  [`projection.${HOUR_COLUMN}.type`]: 'date',
  [`projection.${HOUR_COLUMN}.format`]: 'yyyy/MM/dd/HH',
  [`projection.${HOUR_COLUMN}.range`]: `${FIRST_HOUR},NOW`,
  [`projection.${HOUR_COLUMN}.interval`]: '1',
  [`projection.${HOUR_COLUMN}.interval.unit`]: 'HOURS',
  'storage.location.template': `${location}\${${HOUR_COLUMN}}/`,
})
