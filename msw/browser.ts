/**
 * `rimlight/msw` as bundlers for browsers find it (`browser` in package.json). The handlers build the site's functions, which
 * takes Node: a bundler that found them would report an error for each module of Node that they import.
 */
import { InputError } from '../base/errors.ts'

export { ConfigError } from '../build/error.ts'

/** @throws InputError always: what to do in its place */
export async function cloudfrontHandlers(): Promise<never> {
  const [expected, found] = ['Node, in which the functions are built', 'a bundle for browsers']
  throw new InputError(
    `rimlight/msw: expected ${expected}, found ${found}; for a page in a browser start \`rimlight dev\`, and in Jest's jsdom set testEnvironmentOptions: { customExportConditions: ['node'] }`,
    { code: 'node-missing', expected, found },
  )
}
