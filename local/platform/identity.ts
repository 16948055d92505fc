/** Names that CloudFront gives to requests, edge locations and itself. */

/** `x-amz-cf-id`: 56 characters. */
export function requestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(41))
  return `${Buffer.from(bytes).toString('base64url')}==`.slice(0, 56)
}

/** Capital letters and digits, as CloudFront's. */
export const invalidationId = (): string =>
  `I${Buffer.from(crypto.getRandomValues(new Uint8Array(7)))
    .toString('hex')
    .toUpperCase()}`

export const DISTRIBUTION = {
  distributionDomainName: 'd111111abcdef8.cloudfront.net',
  distributionId: 'EDFDVBD6EXAMPLE',
}

export const VIA = '1.1 4f6b1c0d2e3a59788796a5b4c3d2e1f0.cloudfront.net (CloudFront)'

/** Codes of airports, as in `x-amz-cf-pop`. */
const POPS = ['FRA56-P1', 'IAD89-P2', 'NRT20-P1', 'SYD62-P3', 'GRU3-C1', 'LHR61-P4', 'BOM78-P2', 'SFO53-P1', 'CPT52-P1']

/** The most edge locations: CloudFront's names have no three digits. */
export const EDGE_LOCATIONS = 99

/** Names of `count` edge locations. */
export const edgeLocations = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => POPS[index] ?? `JFK${index + 1}-P1`)

/** The request header with which a viewer of this machine chooses its edge location. */
export const POP_HEADER = 'x-rimlight-pop'
