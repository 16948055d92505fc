/**
 * S3's REST endpoints of one bucket, its regional one first.
 * Amazon S3 User Guide, "Virtual hosting of buckets" and "Dual-stack endpoints".
 */
export function bucketDomains(bucket: string, region: string): [string, ...string[]] {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const nameOf = (host: string) => `${bucket}.${host}.${suffix}`
  return [nameOf(`s3.${region}`), nameOf('s3'), nameOf(`s3.dualstack.${region}`), nameOf(`s3-${region}`)]
}
