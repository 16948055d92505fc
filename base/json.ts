import { InputError } from './errors.ts'

/** Parses a file's text. @throws InputError with the file, the line and the column of the first error */
export function parseJson(text: string, path: string): unknown {
  const json = text.replace(/^\ufeff/, '')
  try {
    return JSON.parse(json)
  } catch (cause) {
    const position = errorPosition(json)
    const before = json.slice(0, position).split('\n')
    const found = position < json.length ? `unexpected ${JSON.stringify(json[position])}` : 'the text ends too early'
    const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`
    throw new InputError(`${path}: broken JSON at ${place}: ${found}`, {
      code: 'not-json',
      expected: 'JSON',
      found: `${found} at ${place}`,
      cause,
    })
  }
}

/**
 * V8 tells the position of some errors only. Where the text is cut before the first error, what is left is right but for
 * its end: so the position is found by halving.
 */
function errorPosition(text: string): number {
  let fine = 0
  let broken = text.length + 1
  while (broken - fine > 1) {
    const middle = Math.floor((fine + broken) / 2)
    if (isFineUpTo(text, middle)) fine = middle
    else broken = middle
  }
  return fine
}

/** A NUL is an error anywhere in JSON: with one at the end of the cut text, V8 stops there, or at an error before it. */
function isFineUpTo(text: string, length: number): boolean {
  try {
    JSON.parse(`${text.slice(0, length)}\0`)
    return true
  } catch (error) {
    const { message } = error as SyntaxError
    const position = message.match(/ at position (\d+)/)?.[1]
    return position === undefined ? message.startsWith("Unexpected token '\0'") : Number(position) === length
  }
}
