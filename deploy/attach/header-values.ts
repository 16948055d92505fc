/**
 * Values of the headers that CloudFront adds to requests: secrets as often as not. Attach changes none of them, so that a receipt
 * needs none either, and detach leaves those that are there.
 */
import type { DistributionConfig, Origin } from '@aws-sdk/client-cloudfront'

const LEFT_OUT = '(not recorded)'

type Header = { HeaderName: string | undefined; HeaderValue: string | undefined }

function withHeaders(config: DistributionConfig, value: (origin: Origin, header: Header) => string | undefined) {
  const items = config.Origins?.Items?.map((origin) => {
    const headers = origin.CustomHeaders?.Items?.map((header) => ({ ...header, HeaderValue: value(origin, header) }))
    return headers ? { ...origin, CustomHeaders: { ...origin.CustomHeaders, Items: headers } } : origin
  })
  return items ? ({ ...config, Origins: { ...config.Origins, Items: items } } as DistributionConfig) : config
}

export const withoutHeaderValues = (config: DistributionConfig): DistributionConfig =>
  withHeaders(config, () => LEFT_OUT)

/** The config of a receipt with the values that the distribution has. `lost`: headers that it has no more. */
export function withHeaderValuesOf(
  recorded: DistributionConfig,
  current: DistributionConfig,
): { config: DistributionConfig; lost: string[] } {
  const lost: string[] = []
  const config = withHeaders(recorded, ({ Id }, { HeaderName, HeaderValue }) => {
    if (HeaderValue !== LEFT_OUT) return HeaderValue
    const origin = current.Origins?.Items?.find((one) => one.Id === Id)
    const found = origin?.CustomHeaders?.Items?.find((one) => one.HeaderName === HeaderName)
    if (!found) lost.push(`${HeaderName} of the origin ${Id}`)
    return found?.HeaderValue ?? LEFT_OUT
  })
  return { config, lost }
}
