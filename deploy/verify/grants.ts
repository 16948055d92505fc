/** What opens private routes, as viewers send it: asked with, and never told of. */
import { readFile } from 'node:fs/promises'
import { InputError, systemMessage, unexpectedInput } from '../../base/errors.ts'
import type { RouteSettings } from '../../bundle/settings.ts'
import { NoAnswer, type Viewer } from './http.ts'

/** Each by route: those of `auth: { type: 'jwt' }` take the token, those of `signed` the cookies. */
export type Grants = {
  token?: string | undefined
  /** The value of a `cookie` header. */
  signedCookies?: string | undefined
  /** `authorization` and `cookie`, given for every route. */
  headers?: Readonly<Record<string, string>>
}

/** What goes with a request. */
export type Grant = { headers: Readonly<Record<string, string>>; query: readonly string[] }

/** What may be a grant among headers that are sent with every request. */
const GRANTING = ['authorization', 'cookie']

export function splitHeaders(headers: Readonly<Record<string, string>>): {
  grants: Record<string, string>
  others: Record<string, string>
} {
  const entries = Object.entries(headers)
  const isGrant = ([name]: [string, string]) => GRANTING.includes(name)
  return {
    grants: Object.fromEntries(entries.filter(isGrant)),
    others: Object.fromEntries(entries.filter((entry) => !isGrant(entry))),
  }
}

/** What was given for a route, and whether any of it may open it. */
export function grantFor({ auth }: RouteSettings, grants: Grants): { grant: Grant; isGiven: boolean } {
  const { token, signedCookies, headers = {} } = grants
  const own = auth?.type === 'jwt' ? tokenGrant(auth.from[0], token) : cookieGrant(auth ? signedCookies : undefined)
  const cookies = [headers.cookie, own?.headers.cookie].filter((text) => text !== undefined).join('; ')
  return {
    grant: {
      headers: { ...headers, ...own?.headers, ...(cookies && { cookie: cookies }) },
      query: own?.query ?? [],
    },
    isGiven: own !== undefined || Object.keys(headers).length > 0,
  }
}

const cookieGrant = (cookie: string | undefined): Grant | undefined =>
  cookie === undefined ? undefined : { headers: { cookie }, query: [] }

/** Where the route looks first. */
function tokenGrant(source = 'authorization', token: string | undefined): Grant | undefined {
  if (token === undefined) return undefined
  const [, kind, name] = /^(cookie|query):(.*)$/.exec(source) ?? []
  if (kind === undefined) return { headers: { authorization: `Bearer ${token}` }, query: [] }
  return kind === 'cookie' ? cookieGrant(`${name}=${token}`) : { headers: {}, query: [`${name}=${token}`] }
}

/** Answers tell of requests without it, so that it gets into no report; over HTTP everybody on the way could read it. */
export const withGrant = (viewer: Viewer, { headers, query }: Grant): Viewer => ({
  ...viewer,
  async ask(request) {
    if (request.isBare || request.isPlain) return viewer.ask(request)
    const { cookie, ...sent } = request.headers ?? {}
    const cookies = [headers.cookie, cookie].filter((text) => text !== undefined).join('; ')
    const answer = await viewer
      .ask({
        ...request,
        headers: { ...headers, ...sent, ...(cookies && { cookie: cookies }) },
        query: [...(request.query ?? []), ...query],
      })
      .catch((cause) => {
        throw cause instanceof NoAnswer ? new NoAnswer(withoutPairs(cause.message, query), { cause }) : cause
      })
    const own = request.query?.length ? `?${request.query.join('&')}` : ''
    const received = answer.headers.map(([name, value]) => [name, withoutPairs(value, query)] as const)
    return { ...answer, headers: received, sent: request.headers ?? {}, target: `${request.path}${own}` }
  },
})

const withoutPairs = (message: string, pairs: readonly string[]): string =>
  pairs.reduce((text, pair) => text.replaceAll(pair, `${pair.replace(/=.*/s, '')}=…`), message)

/** RFC 6750, 2.1; RFC 6265, 4.1.1. */
const PATTERNS = {
  '--token': { pattern: /^[A-Za-z0-9._~+/=-]+$/, expected: 'a token such as eyJhbGciOiJIUzI1NiJ9.e30.c2ln' },
  '--signed-cookie': {
    pattern:
      /^(?=.*CloudFront-Signature=)(?=.*CloudFront-Key-Pair-Id=)(?=.*CloudFront-(?:Policy|Expires)=)[\x21-\x7e ]+$/,
    expected: "'CloudFront-Policy=…; CloudFront-Signature=…; CloudFront-Key-Pair-Id=…'",
  },
}

/** What the option's grant may be in instead: every user of the machine can see the arguments of a process. */
const VARIABLES = { '--token': 'RIMLIGHT_TOKEN', '--signed-cookie': 'RIMLIGHT_SIGNED_COOKIE' } as const

/** The option's value, or the environment's; `undefined` where neither has one. */
export const givenGrant = (
  option: keyof typeof PATTERNS,
  value: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> => readGrant(option, value ?? (environment[VARIABLES[option]] || undefined))

/**
 * @param text the grant, or `@` and a file that holds it
 * @throws InputError, which does not repeat it
 */
export async function readGrant(option: keyof typeof PATTERNS, text: string | undefined): Promise<string | undefined> {
  if (text === undefined) return undefined
  const found = text.startsWith('@') ? await contentOf(option, text.slice(1)) : text
  const { pattern, expected } = PATTERNS[option]
  if (pattern.test(found)) return found
  throw unexpectedInput({
    at: option,
    code: 'option-value',
    expected: `${expected}, or @FILE`,
    found: 'something else',
  })
}

const contentOf = async (option: string, file: string): Promise<string> =>
  readFile(file, 'utf8').then(
    (text) => text.trim(),
    (cause) => {
      const found = systemMessage(cause)
      throw new InputError(`${option}: ${file} can't be read: ${found}`, { code: 'not-readable', found, cause })
    },
  )
