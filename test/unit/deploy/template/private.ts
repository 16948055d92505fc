/** A config with private routes of both kinds. */
import { generateKeyPairSync } from 'node:crypto'
import type { Config } from '../../../../edge/config.ts'
import { CONFIG } from './bundles.ts'

const pem = (key: { export(options: { type: 'spki'; format: 'pem' }): string | Buffer }): string =>
  String(key.export({ type: 'spki', format: 'pem' }))

export const newPublicKey = (): string => pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)

export const KEYS = {
  old: pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey),
  current: newPublicKey(),
}

/** Keys at a URL, for a route whose tokens somebody else makes. */
export const JWKS_URL = 'https://login.example.com/jwks.json'

export const PRIVATE: Config = {
  ...CONFIG,
  keyGroups: { 'web-app': [KEYS.old, KEYS.current], partners: [KEYS.current] },
  routes: [
    { path: '/signed/*', origin: 'photos', cache: {}, auth: { type: 'signed', keyGroups: ['web-app', 'partners'] } },
    {
      path: '/tokens/*',
      origin: 'photos',
      cache: {},
      strip: '/tokens',
      auth: { type: 'jwt', algorithms: ['HS256'], path: 'path' },
    },
    ...CONFIG.routes,
  ],
}

/** Routes whose tokens public keys verify, beside those of the function. */
export const VERIFYING: Config = {
  ...PRIVATE,
  routes: [
    {
      path: '/members/*',
      origin: 'photos',
      cache: {},
      auth: { type: 'jwt', algorithms: ['RS256'], jwks: JWKS_URL, path: 'path' },
    },
    ...PRIVATE.routes,
  ],
}
