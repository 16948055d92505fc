/** What a person can put right: a wrong path, a wrong file, no bundle. The message may hold several, one to a line. */
export class InputError extends Error {
  override name = 'InputError'
}

/** What the system says of a file that it refused: `EACCES: permission denied, open '/a.json'`. */
export const systemMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error))
