/** Heads of requests and responses as JSON in a header: bodies travel beside them as they are. */
import { escapedUnit } from '../../base/escaped-unit.ts'

/** The header that carries a head between host and Workers. */
export const HEAD_HEADER = 'x-rimlight-head'

/** Characters. workerd takes headers of 128 KiB. */
const LONG = 64_000

/** A value as JSON that a header can hold. */
export function toHead(value: unknown): string {
  const json = JSON.stringify(value)
  const text = json.replace(/[\u007f-\uffff]/g, escapedUnit)
  return text.length > LONG ? Buffer.from(json).toString('base64') : text
}

// biome-ignore lint/suspicious/noExplicitAny: only the sender knows what it is
export const fromHead = (text: string): any =>
  JSON.parse(text.startsWith('{') ? text : Buffer.from(text, 'base64').toString())
