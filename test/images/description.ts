/** Whether what is said of a picture in its place, `fm=json` and `fm=thumbhash`, can be read, and is true. */
import { thumbHashToApproximateAspectRatio } from 'thumbhash'
import { isObject } from '../../base/json-values.ts'
import { headerFaults } from './rendition.ts'
import type { Response, Source } from './response.ts'

const TYPES = { json: 'application/json', thumbhash: 'application/octet-stream' }

export function descriptionFaults(
  format: keyof typeof TYPES,
  response: Response,
  plain: Response,
  source?: Source,
): string[] {
  const faults = headerFaults(response, plain)
  const type = response.headers['content-type']
  if (type !== TYPES[format]) faults.push(`expected ${TYPES[format]}, found ${type}`)
  if (response.body === undefined || response.bodyEncoding !== 'base64') return [...faults, 'there is no base64 body']
  const bytes = Buffer.from(response.body, 'base64')
  return [...faults, ...(format === 'json' ? jsonFaults(bytes, source) : hashFaults(bytes, source))]
}

function jsonFaults(bytes: Buffer, source: Source | undefined): string[] {
  const text = bytes.toString()
  const said = tryParse(text)
  if (!isObject(said)) return [`it is no JSON object: ${text.slice(0, 200)}`]
  const isCount = (name: string) => Number.isInteger(said[name]) && Number(said[name]) > 0
  const faults = ['width', 'height', 'orientation', 'bytes'].flatMap((name) =>
    isCount(name) ? [] : [`its ${name} is ${said[name]}`],
  )
  if (!/^#[0-9a-f]{6}$/.test(String(said.color))) faults.push(`its colour is ${said.color}`)
  if (!source) return faults
  const wanted = { width: source.width, height: source.height, format: source.kind.replace('jpeg', 'jpg') }
  return [
    ...faults,
    ...Object.entries(wanted).flatMap(([name, value]) =>
      said[name] === value ? [] : [`its ${name} is ${said[name]} and not ${value}`],
    ),
  ]
}

/** Proportions are told in sevenths at most. */
const ROUGHLY = Math.log(7 / 5)
const MOST_RATIO = 7

/** A ThumbHash has five bytes of colour and at least a few of detail. */
function hashFaults(bytes: Buffer, source: Source | undefined): string[] {
  if (bytes.length < 8 || bytes.length > 32) return [`a ThumbHash of ${bytes.length} bytes`]
  if (!source) return []
  const found = thumbHashToApproximateAspectRatio(bytes)
  const wanted = Math.min(MOST_RATIO, Math.max(1 / MOST_RATIO, source.width / source.height))
  return Math.abs(Math.log(found / wanted)) > ROUGHLY ? [`its ratio is ${found}, the source's ${wanted}`] : []
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
