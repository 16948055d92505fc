/**
 * Where Origin Shield is for an origin in an AWS Region. Developer Guide, "Use Amazon CloudFront Origin Shield", "Choose the
 * AWS Region for Origin Shield": its list and its table, as the guide's public sources had them at their last state, May
 * 2023 (github.com/awsdocs/amazon-cloudfront-developer-guide, doc_source/origin-shield.md, commit 32e6ff6c); and me-central-1,
 * which editions after that offer, too.
 */
const OFFERED = [
  'us-east-2',
  'us-east-1',
  'us-west-2',
  'ap-south-1',
  'ap-northeast-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-northeast-1',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'me-central-1',
  'sa-east-1',
]

/** For Regions without an Origin Shield: the nearest that has one. */
const NEAREST = new Map([
  ['us-west-1', 'us-west-2'],
  ['af-south-1', 'eu-west-1'],
  ['ap-east-1', 'ap-southeast-1'],
  ['ca-central-1', 'us-east-1'],
  ['eu-south-1', 'eu-central-1'],
  ['eu-west-3', 'eu-west-2'],
  ['eu-north-1', 'eu-west-2'],
  ['me-south-1', 'ap-south-1'],
])

export const hasShield = (region: string): boolean => OFFERED.includes(region)

/** The guide's choice; `undefined` for a Region that it does not name. */
export const nearestShield = (region: string): string | undefined => (hasShield(region) ? region : NEAREST.get(region))

/**
 * The Region in a domain name of API Gateway, a Lambda function's URL or a load balancer: `x.execute-api.eu-west-1.amazonaws.com`.
 * `undefined`: it names none.
 */
export const regionInDomain = (domain: string): string | undefined =>
  /\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:elb\.amazonaws\.com|amazonaws\.com|on\.aws)$/.exec(domain)?.[1]
