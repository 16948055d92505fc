/** Where commands write: to people, in colour and over the same line; to programs, plainly. */
import { styleText } from 'node:util'

/** Where a command writes; `isTTY`: to a person. */
export type Output = { write(text: string): unknown; isTTY?: boolean }

export type Colour = 'green' | 'red' | 'yellow' | 'cyan' | 'bold' | 'dim'
export type Paint = (colour: Colour, text: string) => string

/** Colours for people who have not asked for none: no-color.org. */
export const painter = (output: Output): Paint =>
  output.isTTY && !process.env.NO_COLOR
    ? (colour, text) => styleText(colour, text, { validateStream: false })
    : (_, text) => text

export type StatusLine = {
  /** Replaces what it shows. */
  show(text: string): void
  clear(): void
}

/** A line at the end of what a person sees, that is written over; for anybody else there is none. */
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
