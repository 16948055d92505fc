/** RFC 9110, 14: one range of bytes. More than one, and what is none, S3 answers with the whole: S3 API Reference, "GetObject". */

export type Range = { kind: 'whole' } | { kind: 'part'; first: number; last: number } | { kind: 'unsatisfiable' }

/** @param size of the object, in bytes */
export function parseRange(header: string | null, size: number): Range {
  const [, from = '', to = ''] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? '') ?? []
  if (from === '' && to === '') return { kind: 'whole' }
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (from !== '' && to !== '' && Number(to) < Number(from)) return { kind: 'whole' }
  return first < size && first <= last ? { kind: 'part', first, last } : { kind: 'unsatisfiable' }
}
