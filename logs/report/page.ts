/** The page around plots and tables: one file, light and dark, no network, as wide as a phone or a desk has it. */

import { cut } from './format.ts'

const htmlText = (text: string): string =>
  text.replace(
    /[&<>"'\p{Cc}]/gu,
    (character) => `&#${character.codePointAt(0) === 0 ? 0xfffd : character.codePointAt(0)};`,
  )

export type Table = {
  /** The first column is text, the others are figures. */
  head: readonly string[]
  rows: readonly (readonly string[])[]
}

export type Section = { title: string; note?: string; plots?: readonly string[]; table?: Table | undefined }

/** @param figures name and value of what stands first */
export function page(
  title: string,
  subtitle: string,
  figures: readonly (readonly [name: string, value: string])[],
  sections: readonly Section[],
): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${htmlText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${htmlText(title)}</h1>
<p>${htmlText(subtitle)}</p>
<dl>${figures.map(([name, value]) => `<div><dt>${htmlText(name)}</dt><dd>${htmlText(value)}</dd></div>`).join('')}</dl>
</header>
<main>
${sections.map(sectionHtml).join('\n')}
</main>
</body>
</html>
`
}

const sectionHtml = ({ title, note, plots = [], table }: Section): string =>
  `<section>
<h2>${htmlText(title)}</h2>
${note ? `<p>${htmlText(note)}</p>` : ''}${plots.map((svg) => `<figure>${labelled(svg, title)}</figure>`).join('')}${table && table.rows.length > 0 ? tableHtml(table) : ''}
</section>`

/** For screen readers: the table beside it has the figures. */
const labelled = (svg: string, title: string): string =>
  svg.replace('<svg ', () => `<svg role="img" aria-label="Plot: ${htmlText(title)}" `)

/** Viewers fill most of what is in a table. */
const CELL = 200

const cellText = (text: string): string => htmlText(text === '' ? '–' : cut(text, CELL))

const tableHtml = ({ head, rows }: Table): string =>
  `<div class="wide" tabindex="0"><table><thead><tr>${head.map((cell) => `<th scope="col">${htmlText(cell)}</th>`).join('')}</tr></thead><tbody>${rows
    .map(
      (row) =>
        `<tr>${row.map((cell, at) => (at === 0 ? `<th scope="row">${cellText(cell)}</th>` : `<td>${cellText(cell)}</td>`)).join('')}</tr>`,
    )
    .join('')}</tbody></table></div>`

const STYLE = `
:root { --ground: #fff; --card: #f6f8fa; --text: #24292f; --dim: #57606a; --line: #d0d7de; --first: #0969da; --second: #bc4c00; --third: #6e7781; --warning: #cf222e }
@media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --card: #161b22; --text: #e6edf3; --dim: #9198a1; --line: #3d444d; --first: #58a6ff; --second: #f0883e; --third: #9198a1; --warning: #ff7b72 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif }
header, main { max-width: 1180px; margin: 0 auto; padding: 16px }
h1 { font-size: 22px; margin: 8px 0 0 } h2 { font-size: 17px; margin: 0 0 4px }
p { margin: 0 0 8px; color: var(--dim) }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; margin: 16px 0 0 }
dl div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 12px }
dt { color: var(--dim); font-size: 13px } dd { margin: 0; font-size: 20px; font-weight: 600; overflow-wrap: anywhere }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 520px), 1fr)); gap: 16px; align-items: start }
@media (max-width: 480px) { header, main { padding: 10px } section { padding: 10px } th, td { padding: 4px 3px } }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px; min-width: 0 }
figure { margin: 0 } svg { display: block; width: 100%; height: auto }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: 4px 6px; border-top: 1px solid var(--line); white-space: nowrap }
thead th { border: 0; color: var(--dim); font-weight: 500 }
th:first-child { text-align: left; font-weight: 500; white-space: normal; overflow-wrap: anywhere; min-width: 120px }
`
