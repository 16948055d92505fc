/** jose verifies tokens. It is an optional peer, so that applications which only make or sign URLs do without it. */
import { optional } from '../base/optional-package.ts'

/** @throws Failure (`package-missing`) without it */
export const loadJose = (): Promise<typeof import('jose')> =>
  optional('a session', ['jose'], () => import('jose'), 'npm install')
