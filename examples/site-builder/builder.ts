/** The builder: makes a tenant's site of what the tenant has written. `node builder.ts shop.json out` */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

type Site = { title: string; colour: string; pages: Record<string, string> }

const [file = 'shop.json', out = 'out'] = process.argv.slice(2)
const { title, colour, pages }: Site = JSON.parse(readFileSync(file, 'utf8'))

const css = `body { color: ${colour} }\n`
const style = `assets/${createHash('sha256').update(css).digest('hex').slice(0, 12)}.css`

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

function write(path: string, content: string): void {
  mkdirSync(dirname(join(out, path)), { recursive: true })
  writeFileSync(join(out, path), content)
}

write(style, css)
for (const [name, text] of Object.entries(pages)) {
  write(
    join(name, 'index.html'),
    `<!DOCTYPE html>\n<title>${escaped(title)}</title>\n<link rel="stylesheet" href="/${style}">\n<p>${escaped(text)}</p>\n`,
  )
}
