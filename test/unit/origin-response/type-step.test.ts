import { expect, it, vi } from 'vitest'
import { compile } from '../../../build/compile.ts'
import { type Headers, headerText } from '../../../edge/headers.ts'
import { typeStep } from '../../../origin-response/type-step.ts'
import { ACCESS_DENIED, BUCKET, etagOf, sendError } from '../../images/s3-answers.ts'
import { put, useBucket } from './bucket.ts'

// The build puts the compiled config in this module's place.
vi.mock('../../../edge/rules.ts', async () => {
  const { settings } = await import('../../contract/config.ts')
  return compile(settings())
})

const bucket = useBucket()
const GIF = Buffer.from(`GIF89a${'-'.repeat(2_000)}`, 'latin1')
const HEIC = Buffer.from(`\0\0\0\x18ftypheic\0\0\0\0mif1heic${'-'.repeat(2_000)}`, 'latin1')

async function typeAfter(key: string, type: string, body: Buffer, milliseconds = 30_000) {
  put(bucket, key, body)
  const headers: Headers = { etag: [{ value: etagOf({ body }) }] }
  if (type !== '') headers['content-type'] = [{ value: type }]
  const place = { bucket: { bucket: BUCKET, region: bucket.region }, key }
  await typeStep(headers, place, { getRemainingTimeInMillis: () => milliseconds })
  return { type: headerText(headers, 'content-type'), requests: bucket.s3.requests(key) }
}

it.each([
  ['', GIF, 'image/gif'],
  ['binary/octet-stream', GIF, 'image/gif'],
  ['application/octet-stream; charset=utf-8', GIF, 'image/gif'],
  ['image/*', HEIC, 'image/heic'],
  ['image/x-jpeg', GIF, 'image/gif'],
  ['image/unknown', GIF, 'image/gif'],
  ['image/', GIF, 'image/gif'],
  ['multipart/form-data; boundary=a', GIF, 'image/gif'],
  ['application/octet-stream', Buffer.from('<html> of more than sixteen bytes'), 'application/octet-stream'],
  ['', Buffer.alloc(0), ''],
])('%j says nothing, and one read of the beginning does', async (type, body, expected) => {
  expect(await typeAfter(`of ${type}, ${body.length}.jpg`, type, body)).toEqual({ type: expected, requests: 1 })
})

it.each(['image/jpeg', 'image/heic', 'image/svg+xml', 'text/html', 'application/json', 'video/mp4'])(
  '%s is believed, and nothing is read',
  async (type) => {
    expect(await typeAfter(`believed ${type}`, type, GIF)).toEqual({ type, requests: 0 })
  },
)

it('of an object of no bytes nothing is read', async () => {
  put(bucket, 'empty.gif', Buffer.alloc(0))
  const headers: Headers = { 'content-length': [{ value: '0' }] }
  await typeStep(headers, { bucket: { bucket: BUCKET, region: bucket.region }, key: 'empty.gif' }, {})
  expect([headerText(headers, 'content-type'), bucket.s3.requests('empty.gif')]).toEqual(['', 0])
})

it('of an object that has changed, or that may not be read, the type stays', async () => {
  bucket.answer('denied.gif', (exchange) => sendError(exchange, ACCESS_DENIED))
  expect((await typeAfter('denied.gif', 'binary/octet-stream', GIF)).type).toBe('binary/octet-stream')
})

it('no time is left: nothing is read', async () => {
  expect(await typeAfter('late.gif', '', GIF, 100)).toEqual({ type: '', requests: 0 })
})
