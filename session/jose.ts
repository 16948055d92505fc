/** jose verifies tokens. It is an optional peer, so that whoever only makes URLs or signs does not have it. */
import { optional } from '../base/optional-package.ts'

/** @throws Failure (`package-missing`) without it */
export const loadJose = (): Promise<typeof import('jose')> =>
  optional('a session', ['jose'], () => import('jose'), 'npm install')
