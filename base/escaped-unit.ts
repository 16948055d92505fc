/** A UTF-16 code unit as JSON and JavaScript escape it: `\u00e9`. */
export const escapedUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
