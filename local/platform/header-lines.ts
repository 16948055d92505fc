/** Header lines as lists of names and values; names are in lower case. */
import type { HeaderLine } from '../protocol/messages.ts'

/**
 * Text that a function returned, with one character for each byte of its UTF-8: CloudFront sends UTF-8, and Node and workerd
 * read and write heads with one character to a byte.
 */
export const asBytes = (text: string): string => (BEYOND_BYTES.test(text) ? Buffer.from(text).toString('latin1') : text)

const BEYOND_BYTES = /[\u0100-\uffff]/

/** Headers of one connection, which are never passed on: RFC 9110, 7.6.1. */
export const HOP_BY_HOP: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** Names of headers that a message's `Connection` makes ones of the connection, too: RFC 9110, 7.6.1. */
export const connectionOptions = (lines: readonly HeaderLine[]): string[] => {
  const options = listOf(lines, 'connection')
  return options === '' ? [] : options.split(',').map((name) => name.trim().toLowerCase())
}

/** The first value of a header, `''` where there is none. */
export const headerValue = (lines: readonly HeaderLine[], name: string): string => {
  for (const line of lines) if (line[0] === name) return line[1]
  return ''
}

export const hasHeader = (lines: readonly HeaderLine[], name: string): boolean => lines.some((line) => line[0] === name)

/** All values of a header as one list: RFC 9110, 5.3. */
export const listOf = (lines: readonly HeaderLine[], name: string): string => {
  let list = ''
  for (const line of lines) if (line[0] === name) list = list === '' ? line[1] : `${list}, ${line[1]}`
  return list
}

export const withoutHeaders = (lines: readonly HeaderLine[], names: readonly string[]): HeaderLine[] =>
  lines.filter(([name]) => !names.includes(name))

/** Sets a header: its line takes the place of all lines of that name, or goes to the end. */
export const withHeader = (lines: readonly HeaderLine[], name: string, value: string): HeaderLine[] => [
  ...withoutHeaders(lines, [name]),
  [name, value],
]
