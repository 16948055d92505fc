/** `cache-control` of refusals. */
export const NOT_KEPT = { value: 'no-store' }
