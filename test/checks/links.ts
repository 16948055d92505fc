/** The links of Markdown pages, and which of them lead nowhere in the checkout. */
import { posix } from 'node:path'

export type Link = {
  /** The page that has it. */
  from: string
  /** As it is written. */
  to: string
  line: number
}

/** What no link is in: code, in blocks and in lines, and comments. Line ends stay, for line numbers. */
const withoutCode = (markdown: string): string =>
  markdown.replaceAll(/^(```|~~~)[\s\S]*?^\1[^\S\n]*$|<!--[\s\S]*?-->|`[^`\n]*`/gm, (code) =>
    code.startsWith('`') && !code.startsWith('```') ? 'x'.repeat(code.length) : code.replaceAll(/[^\n]/g, ' '),
  )

/** `[text](to)`, `![text](to "title")`, `<to>`, `[name]: to`, and HTML's `href` and `src`. */
const LINK =
  /\]\(\s*<?(?<inline>[^\s)>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s*<?(?<named>[^\s>]+)>?|<(?<auto>https?:[^\s>]+)>|\b(?:href|src)="(?<html>[^"]+)"/gm

export function linksOf(page: string, markdown: string): Link[] {
  const text = withoutCode(markdown)
  return [...text.matchAll(LINK)].map(({ index, groups = {} }) => ({
    from: page,
    to: groups.inline ?? groups.named ?? groups.auto ?? groups.html ?? '',
    line: text.slice(0, index).split('\n').length,
  }))
}

/**
 * The ids that GitHub gives to headings: in lower case, without what is neither letter, digit, space, `-` nor `_`, with
 * hyphens for spaces, and numbered where there are several of one.
 */
export function anchorsOf(markdown: string): Set<string> {
  const lines = markdown.replaceAll(/^(```|~~~)[\s\S]*?^\1[^\S\n]*$/gm, '').split('\n')
  const counts = new Map<string, number>()
  const anchors = new Set([...markdown.matchAll(/\b(?:id|name)="([^"]+)"/g)].map(([, id = '']) => id))
  for (const line of lines) {
    const [, heading] = /^#{1,6}\s+(.+?)\s*#*$/.exec(line) ?? []
    if (heading === undefined) continue
    const words = heading.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const id = words.replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-')
    const count = counts.get(id) ?? 0
    counts.set(id, count + 1)
    anchors.add(count === 0 ? id : `${id}-${count}`)
  }
  return anchors
}

/**
 * One line for each link that leads nowhere. Addresses on the web are held to being some, and are not asked for.
 * @param files all of the project, by their paths
 * @param read the text of one
 */
export function brokenLinks(pages: Record<string, string>, files: ReadonlySet<string>, read: (file: string) => string) {
  const isFolder = (path: string) => [...files].some((file) => file.startsWith(path === '' ? '' : `${path}/`))
  return Object.entries(pages).flatMap(([page, markdown]) =>
    linksOf(page, markdown).flatMap(({ to, line }) => {
      const place = `${page}:${line}: ${to}`
      if (/^[a-z][a-z\d+.-]*:/i.test(to)) return URL.canParse(to) ? [] : [`${place} is no address`]
      const [path = '', anchor] = to.split('#')
      const file =
        path === '' ? page : posix.join(posix.dirname(page), decodeURI(path)).replace(/\/$/, '').replace(/^\.$/, '')
      if (path.startsWith('/')) return [`${place} begins at a root that a checkout does not have`]
      if (!files.has(file)) return isFolder(file) && anchor === undefined ? [] : [`${place} leads to no file`]
      if (anchor === undefined || !file.endsWith('.md')) return []
      return anchorsOf(file === page ? markdown : read(file)).has(anchor)
        ? []
        : [`${place}: ${file} has no such heading`]
    }),
  )
}
