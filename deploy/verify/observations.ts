/** What AWS does not document and can be seen from outside: reported as it was found, and judged neither way. */
import { hasHeader, header, imageFormatOf, mediaTypeOf, outcome, quoted, resultOf } from './answer.ts'
import { anyPath, isCachedBucket, madeUpPath, malformedPath, type Place } from './check-target.ts'
import type { Answer, Question, Viewer } from './http.ts'
import { isThere, questionOf } from './objects.ts'

export type Observation = {
  id: string
  /** What is not documented. */
  title: string
  /** Requests at most. */
  asks: number
  /** It asks over HTTP. */
  isPlain?: true
  /** The route to look at; the first that does is taken. */
  appliesTo(place: Place): boolean
  observe(place: Place, viewer: Pick<Viewer, 'ask' | 'protocol'>): Promise<string>
}

const PICTURE = /^(?:jpg|png)$/

const pictureOf = ({ objects }: Place) =>
  objects.find((object) => isThere(object) && PICTURE.test(imageFormatOf(object.answer)))

const hasPicture = (place: Place): boolean =>
  isCachedBucket(place) && place.route.images !== null && pictureOf(place) !== undefined

/** A rendition under a key of its own. */
function renditionOf(place: Place): Question {
  const picture = pictureOf(place)
  const width = place.route.images?.widths[0]
  return {
    ...questionOf(place, picture, [`w=${width}`]),
    headers: { accept: 'image/webp' },
  }
}

const described = (answer: Answer): string =>
  [
    outcome(answer),
    mediaTypeOf(answer) || 'no content-type',
    `content-length ${quoted(answer, 'content-length')}`,
    `${answer.bytes} bytes`,
    ...(hasHeader(answer, 'x-rimlight') ? [`x-rimlight '${header(answer, 'x-rimlight')}'`] : []),
  ].join(', ')

export const OBSERVATIONS: readonly Observation[] = [
  {
    id: 'head-of-rendition',
    title: 'HEAD of what origin-response replaces',
    asks: 3,
    appliesTo: hasPicture,
    async observe(place, { ask }) {
      const question = renditionOf(place)
      const before = await ask({ ...question, method: 'HEAD' })
      await ask(question)
      const after = await ask({ ...question, method: 'HEAD' })
      return `before a GET: ${described(before)}; after it: ${described(after)}`
    },
  },
  {
    id: 'condition-on-rendition',
    title: '304 for what origin-response has replaced',
    asks: 2,
    appliesTo: hasPicture,
    async observe(place, { ask }) {
      const question = renditionOf(place)
      const modified = header(await ask(question), 'last-modified')
      if (modified === '') return 'the rendition has no last-modified'
      const answer = await ask({ ...question, headers: { ...question.headers, 'if-modified-since': modified } })
      return `if-modified-since its own date: ${described(answer)}`
    },
  },
  {
    id: 'range-of-rendition',
    title: 'a range that the function has removed from the request',
    asks: 2,
    appliesTo: hasPicture,
    async observe(place, { ask }) {
      const question = renditionOf(place)
      await ask(question)
      const answer = await ask({ ...question, headers: { ...question.headers, range: 'bytes=0-9' } })
      return `of a rendition in the cache: ${described(answer)}, content-range ${quoted(answer, 'content-range')}`
    },
  },
  {
    id: 'signature-or-function',
    title: 'whether signed URLs are checked before the function runs',
    asks: 2,
    appliesTo: (place) => madeUpPath(place) !== undefined,
    async observe(place, { ask }) {
      const path = madeUpPath(place) ?? '/'
      const unsigned = await ask({ path })
      if (!unsigned.beginning.includes('MissingKey')) return `${place.route.path} asks for no signature: nothing to see`
      const refused = await ask({ path: malformedPath(place) ?? '/%01' })
      const first = resultOf(refused) === 'FunctionGeneratedResponse' ? 'the function' : 'the signature'
      return `${first} comes first: ${outcome(refused)} for a path that the function refuses, without a signature`
    },
  },
  {
    id: 'redirect',
    title: 'who redirects to HTTPS, and whether the headers policy counts there',
    asks: 1,
    isPlain: true,
    appliesTo: (place) => anyPath(place) !== undefined,
    async observe(place, { ask }) {
      const answer = await ask({ path: anyPath(place) ?? '/', isPlain: true })
      return `${outcome(answer)}, strict-transport-security ${quoted(answer, 'strict-transport-security')}`
    },
  },
  {
    id: 'cached-error',
    title: 'x-cache and age of an error that was in the cache',
    asks: 2,
    appliesTo: (place) => isCachedBucket(place) && madeUpPath(place) !== undefined,
    async observe(place, { ask }) {
      const path = madeUpPath(place) ?? '/'
      const first = await ask({ path })
      const second = await ask({ path })
      return `first ${outcome(first)}; then ${outcome(second)}`
    },
  },
  {
    id: 'vary-origin',
    title: 'Vary of a response that CORS headers are added to',
    asks: 2,
    appliesTo: (place) => place.route.cors !== null && anyPath(place) !== undefined,
    async observe(place, { ask }) {
      const path = place.objects.find(isThere)?.path ?? anyPath(place) ?? '/'
      const origins = place.route.cors?.origins ?? '*'
      const origin = origins === '*' ? 'https://rimlight-verify.example' : (origins[0] ?? '')
      const without = await ask({ path })
      const across = await ask({ path, headers: { origin } })
      return `without an Origin ${quoted(without, 'vary')}, with one ${quoted(across, 'vary')}`
    },
  },
  {
    id: 'protocols',
    title: 'which protocols are offered',
    asks: 2,
    appliesTo: (place) => anyPath(place) !== undefined,
    async observe(place, { ask, protocol }) {
      const chosen = await protocol()
      const answer = await ask({ path: anyPath(place) ?? '/' })
      return `of h2 and http/1.1 it chose ${chosen}; alt-svc ${quoted(answer, 'alt-svc')}`
    },
  },
]
