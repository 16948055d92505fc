/** One line for each rendition and each fallback, from which CloudWatch makes metrics. */
import { inTenths } from './deadline.ts'

/** One rendition or fallback. Steps that were not taken have no measurement. */
export type Entry = {
  /** The format of a rendition, or the reason for an original. */
  result: string
  uri?: string
  variant?: string
  /** Milliseconds. */
  fetch?: number
  transform?: number
  bytesIn?: number
  bytesOut?: number
  /** Of an original: what went wrong, in words. */
  detail?: string
}

const UNITS = {
  Images: 'Count',
  FetchTime: 'Milliseconds',
  TransformTime: 'Milliseconds',
  BytesIn: 'Bytes',
  BytesOut: 'Bytes',
} as const

/** Decoders may repeat themselves. */
const MAX_DETAIL_CHARACTERS = 500

/**
 * In CloudWatch's embedded metric format (CloudWatch User Guide, "Specification: Embedded metric format"): each metric
 * over all images, and by `Result`.
 * @param now milliseconds since 1970
 */
export function logLine({ result, uri, variant, detail, ...measured }: Entry, now: number): string {
  const values: Record<keyof typeof UNITS, number | undefined> = {
    Images: 1,
    FetchTime: measured.fetch && inTenths(measured.fetch),
    TransformTime: measured.transform && inTenths(measured.transform),
    BytesIn: measured.bytesIn,
    BytesOut: measured.bytesOut,
  }
  const metrics = Object.entries(UNITS).filter(([name]) => values[name as keyof typeof UNITS] !== undefined)
  return JSON.stringify({
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: 'Rimlight',
          Dimensions: [[], ['Result']],
          Metrics: metrics.map(([Name, Unit]) => ({ Name, Unit })),
        },
      ],
    },
    Result: result,
    Path: uri,
    Variant: variant,
    ...values,
    Detail: detail?.slice(0, MAX_DETAIL_CHARACTERS),
  })
}
