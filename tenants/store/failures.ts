/** What stores say when they can't do it: a server that is not there, a file that is no database. */
import { Failure, systemMessage } from '../../base/errors.ts'

/** A store's URL as a person may see it: without a password, wherever a URL can have one. */
export const shownStore = (url: string): string =>
  url.replace(/^([a-z]+:\/\/[^:@/?]*):.*@/s, '$1@').replace(/([?&]password=)[^&]*/gi, '$1…')

/** @param name of the store, as a person may see it: without a password */
const storeFailure = (name: string, cause: unknown): Failure =>
  new Failure(
    `the store ${name} can't be used: ${systemMessage(cause) || (cause as Error).name}; nothing is lost: run the same command again when it can`,
    { code: 'store', cause },
  )

/** Calls, whose errors become the store's. */
export const storeCalls =
  (name: string) =>
  async <T>(call: () => T | Promise<T>): Promise<T> => {
    try {
      return await call()
    } catch (cause) {
      throw cause instanceof Failure ? cause : storeFailure(name, cause)
    }
  }
