/** What a person can put right: a wrong path, a wrong file, no bundle. The message may hold several, one to a line. */
export class InputError extends Error {}
