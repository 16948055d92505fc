/** Somebody's login: keys, tokens, and a server that shows the public ones. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export const ISSUER = 'https://login.example.com/'
export const AUDIENCE = 'pictures'

export type SigningPair = { kid: string; alg: string; privateKey: CryptoKey; jwk: JWK }

export async function pairOf(alg: string, kid = alg): Promise<SigningPair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

export const seconds = (): number => Math.floor(Date.now() / 1000)

/** A token as it should be, but for what is said. */
export const tokenBy = (pair: SigningPair, claims: object = {}, header: object = {}): Promise<string> =>
  new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'user-7', project: '7', exp: seconds() + 3_600, ...claims })
    .setProtectedHeader({ alg: pair.alg, kid: pair.kid, typ: 'JWT', ...header })
    // Else it would sign no header that it does not understand.
    .sign(pair.privateKey, { crit: { exp: true } })

export type KeyServer = {
  url: string
  /** How often it was asked. */
  asked(): number
  /** What it answers from now on. */
  answer(listener: RequestListener): void
  close(): Promise<void>
}

export const showing =
  (...pairs: readonly { jwk: JWK }[]): RequestListener =>
  (_, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: pairs.map(({ jwk }) => jwk) }))

export async function startKeyServer(first: RequestListener): Promise<KeyServer> {
  let listener = first
  let asked = 0
  const server = createServer((request, response) => {
    asked += 1
    listener(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    asked: () => asked,
    answer(next) {
      listener = next
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
