/** HEAD, conditions, ranges, compression. */
import { answerMediaType, carriesHeader, header, isHit, outcome, quoted } from '../answer.ts'
import { type Check, judged, skipped } from '../check.ts'
import { type CheckTarget, isCachedBucket, type KnownObject } from '../check-target.ts'
import type { ProbeRequest } from '../http.ts'
import { firstObject, isThere, requestFor } from '../objects.ts'
import { attachFunction, attachPolicy, nameAnObject } from '../remedies.ts'

export const DELIVERY_CHECKS: readonly Check<CheckTarget>[] = [
  {
    id: 'head',
    title: 'HEAD has the headers of GET, and no body',
    rule: 'RFC 9110, 9.3.2',
    asks: 1,
    after: ['object'],
    appliesTo: isCachedBucket,
    async ask(target, { ask }) {
      const { answer: whole } = firstObject(target)
      const answer = await ask({ ...requestFor(target), method: 'HEAD' })
      const length = header(answer, 'content-length')
      const isSame =
        answerMediaType(answer) === answerMediaType(whole) && (length === '' || Number(length) === whole.bytes)
      return judged(
        answer.status === 200 && answer.bytes === 0 && isSame,
        `200, ${answerMediaType(whole)}, content-length ${whole.bytes}, no body`,
        `${outcome(answer)}, ${answerMediaType(answer) || 'no content-type'}, content-length ${length || 'none'}, ${answer.bytes} bytes`,
      )
    },
    means: (target) =>
      `Programs that look before they load are told something else. Let ${target.route.path} allow and cache HEAD.`,
  },
  {
    id: 'not-modified',
    title: 'who has it already is told so: If-None-Match, If-Modified-Since',
    rule: 'RFC 9110, 13.1; Developer Guide, "Conditional requests"',
    asks: 3,
    after: ['object'],
    unless: ['cached'],
    appliesTo: isCachedBucket,
    async ask(target, { ask }) {
      const request = requestFor(target)
      const whole = await ask(request)
      const conditions = [
        ['if-none-match', header(whole, 'etag')],
        ['if-modified-since', header(whole, 'last-modified')],
      ].filter(([, value]) => value !== '')
      if (conditions.length === 0) return skipped('the object has no etag and no last-modified')
      const wrong: string[] = []
      for (const [name = '', value = ''] of conditions) {
        const answer = await ask({ ...request, headers: { [name]: value } })
        if (answer.status !== 304 || answer.bytes > 0) wrong.push(`${outcome(answer)} for ${name}: ${value}`)
      }
      const names = conditions.map(([name]) => name).join(', ')
      return judged(wrong.length === 0, `304 for ${names}`, wrong.join('; ') || `304 for ${names}`)
    },
    means: (target) =>
      `Browsers load again what they have. Something between takes the validators away, or changes them with every answer. ${attachFunction(target, 'origin-response')}`,
  },
  {
    id: 'range',
    title: 'a part of an original can be asked for',
    rule: 'RFC 9110, 14.2; Developer Guide, "Range GETs"',
    asks: 1,
    after: ['object'],
    appliesTo: isCachedBucket,
    async ask(target, { ask }) {
      const { answer: whole } = firstObject(target)
      if (whole.bytes < 20) return skipped('the object is too short for a part of it')
      const answer = await ask({ ...requestFor(target), headers: { range: 'bytes=10-19' } })
      const isPart = answer.beginning.equals(whole.beginning.subarray(10, 20))
      const expected = `206, bytes 10-19/${whole.bytes}`
      return judged(
        answer.status === 206 && isPart && header(answer, 'content-range') === `bytes 10-19/${whole.bytes}`,
        expected,
        `${outcome(answer)}, ${answer.bytes} bytes, content-range: ${quoted(answer, 'content-range')}`,
      )
    },
    means: ({ behaviour }) =>
      `Videos can't be wound on and downloads not resumed. The origin of ${behaviour.origin} has to answer ranges, and no function may take Range away here.`,
  },
  {
    id: 'compression',
    title: 'text is compressed for whoever takes it',
    rule: 'Developer Guide, "Serve compressed files"',
    asks: 3,
    after: ['object'],
    unless: ['cached'],
    appliesTo: ({ behaviour }) => behaviour.compress,
    async ask(target, { ask }) {
      const text = target.objects.find(isCompressible)
      if (text === undefined) {
        return skipped(`no text of 1,000 bytes or more is known; ${nameAnObject(target, '/a/page.json')}`)
      }
      const compressed = (request: ProbeRequest) => ask({ ...request, headers: { 'accept-encoding': 'gzip, br' } })
      const own = requestFor(target, text)
      let answer = await compressed(own)
      // The guide: CloudFront may leave it out where an edge location is busy.
      if (!carriesHeader(answer, 'content-encoding')) answer = await compressed(requestFor(target, text))
      const encoding = header(answer, 'content-encoding')
      if (encoding === '' && target.kind === 'api') {
        return skipped(
          "it is not, and whether the API says how long it is can't be seen: CloudFront compresses nothing else",
        )
      }
      const plain = await ask(own)
      const isPlain = !carriesHeader(plain, 'content-encoding') && plain.bytes === text.answer.bytes
      return judged(
        (encoding === 'br' || encoding === 'gzip') && answer.bytes < text.answer.bytes && isPlain,
        'br or gzip for who takes them, and neither for who does not',
        `${outcome(answer)}, content-encoding: ${quoted(answer, 'content-encoding')}, ${answer.bytes} of ${text.answer.bytes} bytes; for identity: ${quoted(plain, 'content-encoding')}${isHit(plain) ? ', a Hit' : ''}`,
      )
    },
    means: (target) =>
      `Text takes three to five times the bytes and the time. Switch Compress on for ${target.route.path}, and both encodings in its cache policy. ${attachPolicy(target, 'cachePolicy')}`,
  },
]

/** Common ones of the types that CloudFront compresses, by its guide; and it does so from 1,000 to 10,000,000 bytes. */
const COMPRESSED =
  /^(?:text\/(?:css|csv|html|javascript|plain|xml)|application\/(?:javascript|json|xml|wasm|manifest\+json)|image\/svg\+xml)$/

const isCompressible = (object: KnownObject): boolean =>
  isThere(object) &&
  COMPRESSED.test(answerMediaType(object.answer)) &&
  !carriesHeader(object.answer, 'content-encoding') &&
  object.answer.bytes >= 1_000 &&
  object.answer.bytes <= 10_000_000
