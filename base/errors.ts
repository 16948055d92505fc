/** What a person can put right: a wrong option, path or file. The message may hold several, one to a line. Exit code 2. */
export class InputError extends Error {
  override name = 'InputError'
}

/** What was asked for could not be done; the message says why, and what to do. Exit code 1. */
export class Failure extends Error {
  override name = 'Failure'
}

/** What the system says of a file that it refused: `EACCES: permission denied, open '/a.json'`. */
export const systemMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error))
