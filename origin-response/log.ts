/** One line for each transform and each fallback, from which CloudWatch makes metrics. */

export type Entry = {
  /** The format of a rendition, or the reason for an original. */
  result: string
  uri: string
  variant: string
  /** Milliseconds. */
  fetch: number
  transform: number
  bytesIn: number
  bytesOut: number
  /** Of an original: what went wrong, in words. */
  detail?: string
}

const METRICS = [
  { Name: 'FetchTime', Unit: 'Milliseconds' },
  { Name: 'TransformTime', Unit: 'Milliseconds' },
  { Name: 'BytesIn', Unit: 'Bytes' },
  { Name: 'BytesOut', Unit: 'Bytes' },
]

/**
 * In CloudWatch's embedded metric format (CloudWatch User Guide, "Specification: Embedded metric format"): each metric
 * over all images, and by `Result`.
 * @param now milliseconds since 1970
 */
export const logLine = ({ result, uri, variant, fetch, transform, bytesIn, bytesOut, detail }: Entry, now: number) =>
  JSON.stringify({
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [{ Namespace: 'Rimlight', Dimensions: [[], ['Result']], Metrics: METRICS }],
    },
    Result: result,
    Path: uri,
    Variant: variant,
    FetchTime: rounded(fetch),
    TransformTime: rounded(transform),
    BytesIn: bytesIn,
    BytesOut: bytesOut,
    ...(detail === undefined ? {} : { Detail: detail }),
  })

/** Tenths of a millisecond. */
export const rounded = (milliseconds: number): number => Math.round(milliseconds * 10) / 10
