/** The public keys of whoever makes the tokens, from a server that may be slow, broken or asked for nonsense. */
import type { JSONWebKeySet, JWK, JWTVerifyGetKey } from 'jose'
import type { PublicKeyAlgorithm } from '../edge/config.ts'
import { isKeyFor, type Jwk } from '../edge/jwk.ts'
import { loadJose } from './jose.ts'
import type { LoginKeys } from './options.ts'

/** Whether a token is good can't be known now. */
export class KeysUnavailable extends Error {
  override name = 'KeysUnavailable'
}

/** Seconds: how long keys are used before they are fetched again, and how long while that fails. */
const FRESH = 600
const STALE = 86_400

/**
 * Finds a token's key, among those alone that are for one of the algorithms and for nothing else. A set is fetched once for all who wait, again after ten minutes, and for a `kid` that it lacks, once in
 * `cooldown` at most. A server that fails is left alone for as long; meanwhile, and for a day, the keys that it gave count.
 * @param timeout and `cooldown` in seconds
 * @throws Failure (`package-missing`) without jose
 */
export async function keyFinder(
  jwks: string | LoginKeys,
  algorithms: readonly PublicKeyAlgorithm[],
  timeout: number,
  cooldown: number,
): Promise<JWTVerifyGetKey> {
  const { createLocalJWKSet, createRemoteJWKSet, customFetch, errors } = await loadJose()
  const ownOf = ({ keys }: LoginKeys): JSONWebKeySet => ({
    keys: (keys as JWK[]).filter((key) => algorithms.some((algorithm) => isKeyFor(key as Jwk, algorithm))),
  })
  if (typeof jwks !== 'string') return createLocalJWKSet(ownOf(jwks))
  let restUntil = 0
  let fetchedAt = 0
  const fetchSet = async (url: string, init: RequestInit): Promise<Response> => {
    if (Date.now() < restUntil) throw new KeysUnavailable('the server of the keys has failed a moment ago')
    try {
      const set = ownOf(await readSet(await fetch(url, init)))
      fetchedAt = Date.now()
      return Response.json(set)
    } catch (cause) {
      restUntil = Date.now() + cooldown * 1000
      throw new KeysUnavailable('the keys could not be fetched', { cause })
    }
  }
  const remote = createRemoteJWKSet(new URL(jwks), {
    timeoutDuration: timeout * 1000,
    cooldownDuration: cooldown * 1000,
    cacheMaxAge: FRESH * 1000,
    [customFetch]: fetchSet,
  })
  return async (header, token) => {
    try {
      return await remote(header, token)
    } catch (error) {
      const stale = remote.jwks()
      if (!(error instanceof KeysUnavailable) || !stale || Date.now() > fetchedAt + STALE * 1000) throw error
      return createLocalJWKSet(stale)(header, token).catch((reason) => {
        // It may be one of the keys that can't be had.
        throw reason instanceof errors.JWKSNoMatchingKey ? error : reason
      })
    }
  }
}

/** More than any set has. */
const MAX_BYTES = 1_000_000

async function readSet(response: Response): Promise<LoginKeys> {
  if (response.status !== 200 || !response.body) throw new Error(`the keys' server answered ${response.status}`)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body) {
    size += chunk.length
    if (size > MAX_BYTES) throw new Error(`the keys' server sent more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  const set = JSON.parse(Buffer.concat(chunks).toString())
  if (!Array.isArray(set?.keys) || !set.keys.every((key: unknown) => typeof key === 'object' && key)) {
    throw new Error("the keys' server sent no set of JSON Web Keys")
  }
  return set
}
