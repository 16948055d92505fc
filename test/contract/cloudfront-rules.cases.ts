/** CloudFront's rules by subject; each row names where its rule is written. */
import { COLLAPSING } from './cloudfront-rules/collapsing.cases.ts'
import { COMPRESSION_ROWS } from './cloudfront-rules/compression.cases.ts'
import { CONDITIONS } from './cloudfront-rules/conditions.cases.ts'
import { ERRORS } from './cloudfront-rules/errors.cases.ts'
import { FAILOVER_ROWS } from './cloudfront-rules/failover.cases.ts'
import { KEYS } from './cloudfront-rules/key.cases.ts'
import { METHODS } from './cloudfront-rules/methods.cases.ts'
import { ORIGIN_REQUEST_ROWS } from './cloudfront-rules/origin-requests.cases.ts'
import { PROTOCOL } from './cloudfront-rules/protocol.cases.ts'
import { RANGE_ROWS } from './cloudfront-rules/ranges.cases.ts'
import { RESPONSES } from './cloudfront-rules/responses.cases.ts'
import { REVALIDATION } from './cloudfront-rules/revalidation.cases.ts'
import type { Row } from './cloudfront-rules/row.ts'
import { SIGNED } from './cloudfront-rules/signed.cases.ts'
import { STALE_ROWS } from './cloudfront-rules/stale.cases.ts'
import { TTL } from './cloudfront-rules/ttl.cases.ts'

export const TABLE: Record<string, Row[]> = {
  TTL,
  'error caching': ERRORS,
  'stale objects': STALE_ROWS,
  revalidation: REVALIDATION,
  'conditional requests': CONDITIONS,
  ranges: RANGE_ROWS,
  compression: COMPRESSION_ROWS,
  key: KEYS,
  methods: METHODS,
  'viewer protocol policy and limits': PROTOCOL,
  'origin requests and behaviours': ORIGIN_REQUEST_ROWS,
  'origin groups and headers of origins': FAILOVER_ROWS,
  responses: RESPONSES,
  'request collapsing': COLLAPSING,
  'signed URLs and cookies': SIGNED,
}
