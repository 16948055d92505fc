export const NO_STORE = { value: 'no-store' }
