/** Where commands write: to a terminal in colour, with a line that is overwritten; elsewhere plain text. */
import { styleText } from 'node:util'

/** Where a command writes; `isTTY`: to a person. */
export type Output = { write(text: string): unknown; isTTY?: boolean }

export type Colour = 'green' | 'red' | 'yellow' | 'cyan' | 'bold' | 'dim'
export type Paint = (colour: Colour, text: string) => string

/** Colours on a terminal, unless NO_COLOR is set (no-color.org). */
export const painter = (output: Output): Paint =>
  output.isTTY && !process.env.NO_COLOR
    ? (colour, text) => styleText(colour, text, { validateStream: false })
    : (_, text) => text

export type StatusLine = {
  /** Replaces what it shows. */
  show(text: string): void
  clear(): void
}

/** A line at the end of the output that is overwritten, on a terminal; elsewhere nothing is written. */
export function statusLine(output: Output): StatusLine {
  let isShown = false
  const clear = () => {
    if (isShown) output.write('\r\u001b[K')
    isShown = false
  }
  return {
    show(text) {
      if (!output.isTTY) return
      clear()
      output.write(text)
      isShown = true
    },
    clear,
  }
}
