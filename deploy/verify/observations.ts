/** What AWS does not document and can be seen from outside: reported as it was found, and judged neither way. */
import { answerMediaType, carriesHeader, header, imageFormatOf, outcome, quoted, resultOf } from './answer.ts'
import { anyPath, type CheckTarget, isCachedBucket, madeUpPath, malformedPath } from './check-target.ts'
import { allowedOrigin } from './checks/cors.ts'
import type { Answer, ProbeRequest, Viewer } from './http.ts'
import { isThere, requestFor } from './objects.ts'

export type Observation = {
  id: string
  /** What is not documented. */
  title: string
  /** Requests at most. */
  asks: number
  /** It asks over HTTP. */
  isPlain?: true
  /** The route to look at; the first that does is taken. */
  appliesTo(target: CheckTarget): boolean
  observe(target: CheckTarget, viewer: Pick<Viewer, 'ask' | 'protocol'>): Promise<string>
}

const PICTURE = /^(?:jpg|png)$/

const pictureOf = ({ objects }: CheckTarget) =>
  objects.find((object) => isThere(object) && PICTURE.test(imageFormatOf(object.answer)))

const hasPicture = (target: CheckTarget): boolean =>
  isCachedBucket(target) && target.route.images !== null && pictureOf(target) !== undefined

/** A rendition under a key of its own. */
function renditionOf(target: CheckTarget): ProbeRequest {
  const picture = pictureOf(target)
  const width = target.route.images?.widths[0]
  return {
    ...requestFor(target, picture, [`w=${width}`]),
    headers: { accept: 'image/webp' },
  }
}

const described = (answer: Answer): string =>
  [
    outcome(answer),
    answerMediaType(answer) || 'no content-type',
    `content-length ${quoted(answer, 'content-length')}`,
    `${answer.bytes} bytes`,
    ...(carriesHeader(answer, 'x-rimlight') ? [`x-rimlight '${header(answer, 'x-rimlight')}'`] : []),
  ].join(', ')

export const OBSERVATIONS: readonly Observation[] = [
  {
    id: 'head-of-rendition',
    title: 'HEAD of what origin-response replaces',
    asks: 3,
    appliesTo: hasPicture,
    async observe(target, { ask }) {
      const request = renditionOf(target)
      const before = await ask({ ...request, method: 'HEAD' })
      await ask(request)
      const after = await ask({ ...request, method: 'HEAD' })
      return `before a GET: ${described(before)}; after it: ${described(after)}`
    },
  },
  {
    id: 'condition-on-rendition',
    title: '304 for what origin-response has replaced',
    asks: 2,
    appliesTo: hasPicture,
    async observe(target, { ask }) {
      const request = renditionOf(target)
      const modified = header(await ask(request), 'last-modified')
      if (modified === '') return 'the rendition has no last-modified'
      const answer = await ask({ ...request, headers: { ...request.headers, 'if-modified-since': modified } })
      return `if-modified-since its own date: ${described(answer)}`
    },
  },
  {
    id: 'range-of-rendition',
    title: 'a range that the function has removed from the request',
    asks: 2,
    appliesTo: hasPicture,
    async observe(target, { ask }) {
      const request = renditionOf(target)
      await ask(request)
      const answer = await ask({ ...request, headers: { ...request.headers, range: 'bytes=0-9' } })
      return `of a rendition in the cache: ${described(answer)}, content-range ${quoted(answer, 'content-range')}`
    },
  },
  {
    id: 'signature-or-function',
    title: 'whether signed URLs are checked before the function runs',
    asks: 2,
    appliesTo: (target) => madeUpPath(target) !== undefined,
    async observe(target, { ask }) {
      const path = madeUpPath(target) ?? '/'
      const unsigned = await ask({ path })
      if (!unsigned.beginning.includes('MissingKey'))
        return `${target.route.path} asks for no signature: nothing to see`
      const refused = await ask({ path: malformedPath(target) ?? '/%01' })
      const first = resultOf(refused) === 'FunctionGeneratedResponse' ? 'the function' : 'the signature'
      return `${first} comes first: ${outcome(refused)} for a path that the function refuses, without a signature`
    },
  },
  {
    id: 'redirect',
    title: 'who redirects to HTTPS, and whether the headers policy counts there',
    asks: 1,
    isPlain: true,
    appliesTo: (target) => anyPath(target) !== undefined,
    async observe(target, { ask }) {
      const answer = await ask({ path: anyPath(target) ?? '/', isPlain: true })
      return `${outcome(answer)}, strict-transport-security ${quoted(answer, 'strict-transport-security')}`
    },
  },
  {
    id: 'cached-error',
    title: 'x-cache and age of an error that was in the cache',
    asks: 2,
    appliesTo: (target) => isCachedBucket(target) && madeUpPath(target) !== undefined,
    async observe(target, { ask }) {
      const path = madeUpPath(target) ?? '/'
      const first = await ask({ path })
      const second = await ask({ path })
      return `first ${outcome(first)}; then ${outcome(second)}`
    },
  },
  {
    id: 'vary-origin',
    title: 'Vary of a response that CORS headers are added to',
    asks: 2,
    appliesTo: (target) => target.route.cors !== null && anyPath(target) !== undefined,
    async observe(target, { ask }) {
      const path = target.objects.find(isThere)?.path ?? anyPath(target) ?? '/'
      const { origin } = allowedOrigin(target)
      const without = await ask({ path })
      const across = await ask({ path, headers: { origin } })
      return `without an Origin ${quoted(without, 'vary')}, with one ${quoted(across, 'vary')}`
    },
  },
  {
    id: 'protocols',
    title: 'which protocols are offered',
    asks: 2,
    appliesTo: (target) => anyPath(target) !== undefined,
    async observe(target, { ask, protocol }) {
      const chosen = await protocol()
      const answer = await ask({ path: anyPath(target) ?? '/' })
      return `of h2 and http/1.1 it chose ${chosen}; alt-svc ${quoted(answer, 'alt-svc')}`
    },
  },
]
