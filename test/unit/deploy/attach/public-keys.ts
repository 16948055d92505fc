/** One private route whose tokens public keys verify, or secrets: the other routes are the same. */
import type { Config } from '../../../../edge/config.ts'
import { CONFIG } from '../../../aws/fixture.ts'
import { JWKS_URL } from '../template/private.ts'

const withAuth = (auth: Config['routes'][number]['auth']): Config => ({
  ...CONFIG,
  routes: [{ path: '/members/*', origin: 'photos', cache: {}, auth: auth ?? null }, ...CONFIG.routes],
})

export const BY_PUBLIC_KEYS = withAuth({ type: 'jwt', algorithms: ['ES256'], jwks: JWKS_URL, path: 'path' })

export const BY_SECRETS = withAuth({ type: 'jwt', algorithms: ['HS256'], path: 'path' })
