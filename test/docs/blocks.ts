/** The code in a page of the documentation. */
import { readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { ROOT } from '../../base/root.ts'

export type Block = {
  language: string
  text: string
  page: string
  /** `docs/private.md:53` */
  place: string
  /** Why no test runs it: what a comment before it says, `<!-- not run: … -->`. */
  notRun: string | undefined
  /** `<!-- run -->` before it: it runs, and what it says of its values is so. */
  isRun: boolean
  /** What it prints then: the block of text that follows it at once. */
  prints: string | undefined
  /** The file that it shows, below the project's root: a line before it is a link to that, and nothing else. */
  file: string | undefined
}

const FENCE =
  /(?:^\[`[^`]+`\]\((?<file>[^)]+)\)\n\n)?^(?:<!-- (?:not run: (?<notRun>.+?)|(?<run>run)) -->\n)?^```(?<language>\w*)\n(?<text>[\s\S]*?)^```$(?=(?:\n\n```text\n(?<prints>[\s\S]*?)^```$)?)/gm

/** @param page below the project's root */
export async function blocksOf(page: string): Promise<Block[]> {
  const markdown = await readFile(join(ROOT, page), 'utf8')
  const blocks = [...markdown.matchAll(FENCE)].map(({ index, groups }) => ({
    language: groups?.language ?? '',
    text: groups?.text ?? '',
    page,
    place: `${page}:${markdown.slice(0, index).split('\n').length}`,
    notRun: groups?.notRun,
    isRun: groups?.run !== undefined,
    prints: groups?.prints,
    file: groups?.file && posix.join(posix.dirname(page), groups.file),
  }))
  // Of another form, such as in a list: it would be passed over.
  const fences = markdown.match(/^[\s>-]*(?:```|~~~)/gm)?.length ?? 0
  if (fences !== 2 * blocks.length) throw new Error(`${page}: ${fences} lines with fences, ${blocks.length} blocks`)
  return blocks
}

/** The commands of a block for a shell, each as one line without what is said beside it. */
export const commandsOf = ({ text }: Block): string[] =>
  text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/(?:^|\s+)#(?: .*)?$/, '').trim())
    .filter((line) => line !== '')
