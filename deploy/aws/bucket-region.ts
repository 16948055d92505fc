/** Where a bucket is: S3 tells everybody, whatever else it refuses. */

type ServiceError = Error & {
  $response?: { headers?: Record<string, string> }
  /** Of AuthorizationHeaderMalformed. */
  Region?: string
}

/** The bucket's own region, where S3 says that the request was made for another. S3 API Reference, "HeadBucket". */
export function regionIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { $response, Region } = error as ServiceError
  return $response?.headers?.['x-amz-bucket-region'] ?? Region
}

/** What a bucket that is elsewhere means, and what to do. `origin`: its name in the config; `region`: the config's. */
export const elsewhere = (origin: string, region: string): string =>
  `CloudFront signs for ${region}, and S3 refuses that for a bucket elsewhere: every object looks as if it were missing. Set the region and the bucket of the origin ${origin} right.`
