/** HEAD, conditions, ranges, compression. */
import { hasHeader, header, isHit, mediaTypeOf, outcome, quoted } from '../answer.ts'
import { type Check, judged, skipped } from '../check.ts'
import { isCachedBucket, type KnownObject, type Place } from '../check-target.ts'
import type { Question } from '../http.ts'
import { isThere, objectOf, questionOf } from '../objects.ts'
import { attachFunction, attachPolicy, nameAnObject } from '../remedies.ts'

export const DELIVERY_CHECKS: readonly Check<Place>[] = [
  {
    id: 'head',
    title: 'HEAD has the headers of GET, and no body',
    rule: 'RFC 9110, 9.3.2',
    asks: 1,
    after: ['object'],
    appliesTo: isCachedBucket,
    async ask(place, { ask }) {
      const { answer: whole } = objectOf(place)
      const answer = await ask({ ...questionOf(place), method: 'HEAD' })
      const length = header(answer, 'content-length')
      const isSame = mediaTypeOf(answer) === mediaTypeOf(whole) && (length === '' || Number(length) === whole.bytes)
      return judged(
        answer.status === 200 && answer.bytes === 0 && isSame,
        `200, ${mediaTypeOf(whole)}, content-length ${whole.bytes}, no body`,
        `${outcome(answer)}, ${mediaTypeOf(answer) || 'no content-type'}, content-length ${length || 'none'}, ${answer.bytes} bytes`,
      )
    },
    means: (place) =>
      `Programs that look before they load are told something else. Let ${place.route.path} allow and cache HEAD.`,
  },
  {
    id: 'not-modified',
    title: 'who has it already is told so: If-None-Match, If-Modified-Since',
    rule: 'RFC 9110, 13.1; Developer Guide, "Conditional requests"',
    asks: 3,
    after: ['object'],
    unless: ['cached'],
    appliesTo: isCachedBucket,
    async ask(place, { ask }) {
      const question = questionOf(place)
      const whole = await ask(question)
      const conditions = [
        ['if-none-match', header(whole, 'etag')],
        ['if-modified-since', header(whole, 'last-modified')],
      ].filter(([, value]) => value !== '')
      if (conditions.length === 0) return skipped('the object has no etag and no last-modified')
      const wrong: string[] = []
      for (const [name = '', value = ''] of conditions) {
        const answer = await ask({ ...question, headers: { [name]: value } })
        if (answer.status !== 304 || answer.bytes > 0) wrong.push(`${outcome(answer)} for ${name}: ${value}`)
      }
      const names = conditions.map(([name]) => name).join(', ')
      return judged(wrong.length === 0, `304 for ${names}`, wrong.join('; ') || `304 for ${names}`)
    },
    means: (place) =>
      `Browsers load again what they have. Something between takes the validators away, or changes them with every answer. ${attachFunction(place, 'origin-response')}`,
  },
  {
    id: 'range',
    title: 'a part of an original can be asked for',
    rule: 'RFC 9110, 14.2; Developer Guide, "Range GETs"',
    asks: 1,
    after: ['object'],
    appliesTo: isCachedBucket,
    async ask(place, { ask }) {
      const { answer: whole } = objectOf(place)
      if (whole.bytes < 20) return skipped('the object is too short for a part of it')
      const answer = await ask({ ...questionOf(place), headers: { range: 'bytes=10-19' } })
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
    async ask(place, { ask }) {
      const text = place.objects.find(isCompressible)
      if (text === undefined) {
        return skipped(`no text of 1,000 bytes or more is known; ${nameAnObject(place, '/a/page.json')}`)
      }
      const compressed = (question: Question) => ask({ ...question, headers: { 'accept-encoding': 'gzip, br' } })
      const own = questionOf(place, text)
      let answer = await compressed(own)
      // The guide: CloudFront may leave it out where an edge location is busy.
      if (!hasHeader(answer, 'content-encoding')) answer = await compressed(questionOf(place, text))
      const encoding = header(answer, 'content-encoding')
      if (encoding === '' && place.kind === 'api') {
        return skipped(
          "it is not, and whether the API says how long it is can't be seen: CloudFront compresses nothing else",
        )
      }
      const plain = await ask(own)
      const isPlain = !hasHeader(plain, 'content-encoding') && plain.bytes === text.answer.bytes
      return judged(
        (encoding === 'br' || encoding === 'gzip') && answer.bytes < text.answer.bytes && isPlain,
        'br or gzip for who takes them, and neither for who does not',
        `${outcome(answer)}, content-encoding: ${quoted(answer, 'content-encoding')}, ${answer.bytes} of ${text.answer.bytes} bytes; for identity: ${quoted(plain, 'content-encoding')}${isHit(plain) ? ', a Hit' : ''}`,
      )
    },
    means: (place) =>
      `Text takes three to five times the bytes and the time. Switch Compress on for ${place.route.path}, and both encodings in its cache policy. ${attachPolicy(place, 'cachePolicy')}`,
  },
]

/** Of the guide's types those that are common, and its least and most bytes. */
const COMPRESSED =
  /^(?:text\/(?:css|csv|html|javascript|plain|xml)|application\/(?:javascript|json|xml|wasm|manifest\+json)|image\/svg\+xml)$/

const isCompressible = (object: KnownObject): boolean =>
  isThere(object) &&
  COMPRESSED.test(mediaTypeOf(object.answer)) &&
  !hasHeader(object.answer, 'content-encoding') &&
  object.answer.bytes >= 1_000 &&
  object.answer.bytes <= 10_000_000
