/** The contract of a route, in the order in which it is asked and reported. */
import type { Check } from './check.ts'
import type { CheckTarget } from './check-target.ts'
import { CORS_CHECKS } from './checks/cors.ts'
import { DELIVERY_CHECKS } from './checks/delivery.ts'
import { FUNCTION_CHECKS } from './checks/functions.ts'
import { HEADER_CHECKS } from './checks/headers.ts'
import { IMAGE_KEY_CHECKS } from './checks/image-keys.ts'
import { IMAGE_CHECKS } from './checks/images.ts'
import { KEY_VALUE_CHECKS } from './checks/key-values.ts'
import { KEY_CHECKS } from './checks/keys.ts'
import { LIFETIME_CHECKS } from './checks/lifetimes.ts'
import { MISSING_CHECKS } from './checks/missing.ts'
import { NEVER_CHECKS } from './checks/never.ts'
import { ORIGIN_CHECKS } from './checks/origins.ts'
import { PAGE_CHECKS } from './checks/pages.ts'
import { PRIVATE_CHECKS } from './checks/private.ts'
import { REFUSAL_CHECKS } from './checks/refusals.ts'
import { VERSION_CHECKS } from './checks/versions.ts'

export const ROUTE_CHECKS: readonly Check<CheckTarget>[] = [
  ...FUNCTION_CHECKS,
  ...REFUSAL_CHECKS,
  ...KEY_CHECKS,
  ...KEY_VALUE_CHECKS,
  ...VERSION_CHECKS,
  ...IMAGE_KEY_CHECKS,
  ...IMAGE_CHECKS,
  ...HEADER_CHECKS,
  ...DELIVERY_CHECKS,
  ...CORS_CHECKS,
  ...PAGE_CHECKS,
  ...MISSING_CHECKS,
  ...NEVER_CHECKS,
  ...PRIVATE_CHECKS,
  ...ORIGIN_CHECKS,
  ...LIFETIME_CHECKS,
]
