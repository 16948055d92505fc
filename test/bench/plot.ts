/** Line charts as SVG, legible on light and on dark pages: they bring their own ground, as the reader's system has it. */

export type Line = {
  name: string
  points: readonly (readonly [x: number, y: number])[]
  /** Drawn thicker: what the others are compared with. */
  isMain?: boolean
  /** The index of the point that is chosen: it gets a dot. */
  chosen?: number | undefined
}

export type Axis = {
  label: string
  isLogarithmic?: boolean
  /** Small values at the top or at the right. */
  isReversed?: boolean
}

export type Panel = { title: string; x: Axis; y: Axis; lines: readonly Line[] }

/** Each is told from white and from near black, and from its neighbours by people who see few colours. */
const COLOURS = ['#0a84d6', '#d9600a', '#1a9850', '#c2459c', '#b8860b', '#7b61d9', '#d6434f', '#2a9d9d', '#7f7f7f']
const DASHES = ['', '6 3', '2 3']

const STYLE = `
  svg { background: #fff; font: 12px sans-serif }
  text { fill: #24292f }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .line { fill: none; stroke-width: 1.5 }
  .main { stroke-width: 3 }
  .ground { fill: #fff }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117 }
    text { fill: #e6edf3 }
    .grid { stroke: #30363d }
    .ground { fill: #0d1117 }
  }
`

const PANEL = { width: 400, height: 340, left: 64, right: 16, top: 40, bottom: 52 }
const LEGEND_WIDTH = 190
const LINE_HEIGHT = 20

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')

const rounded = (value: number): string => String(Number(value.toFixed(1)))

const strokeOf = (index: number): string => {
  const dash = DASHES[Math.floor(index / COLOURS.length) % DASHES.length]
  return `stroke="${COLOURS[index % COLOURS.length]}"${dash ? ` stroke-dasharray="${dash}"` : ''}`
}

/** Round numbers within a range: 1, 2, 5 and their like, or a few steps of equal length. */
function ticks([low, high]: readonly [number, number], { isLogarithmic }: Axis): number[] {
  if (isLogarithmic) {
    const decades = Array.from({ length: 9 }, (_, at) => 10 ** (at - 4))
    return decades
      .flatMap((decade) => [1, 1.5, 2, 3, 5, 7].map((digit) => Number((digit * decade).toPrecision(2))))
      .filter((tick) => tick >= low && tick <= high)
  }
  const rough = (high - low) / 6
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const step = magnitude * ([1, 2, 5].find((digit) => digit * magnitude >= rough) ?? 10)
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, at) => (first + at) * step)
}

/** What places a value on an axis between two pixels, and the round numbers on it. */
function scaleOf(values: readonly number[], axis: Axis, from: number, to: number) {
  const along = axis.isLogarithmic ? Math.log : (value: number) => value
  const back = axis.isLogarithmic ? Math.exp : (value: number) => value
  const [low, high] = [Math.min(...values.map(along)), Math.max(...values.map(along))]
  const margin = 0.04 * (high - low || 1)
  const [start, end] = [low - margin, high + margin]
  const [first, last] = axis.isReversed ? [to, from] : [from, to]
  return {
    at: (value: number) => first + ((along(value) - start) / (end - start)) * (last - first),
    ticks: ticks([back(start), back(end)], axis),
  }
}

function panel({ title, x, y, lines }: Panel, offset: number): string {
  const points = lines.flatMap((line) => line.points)
  const [left, right] = [offset + PANEL.left, offset + PANEL.width - PANEL.right]
  const [top, bottom] = [PANEL.top, PANEL.height - PANEL.bottom]
  const across = scaleOf(
    points.map(([value]) => value),
    x,
    left,
    right,
  )
  const up = scaleOf(
    points.map(([, value]) => value),
    y,
    bottom,
    top,
  )
  const middle = (top + bottom) / 2
  return [
    `<text x="${left}" y="${top - 14}" font-weight="bold">${escaped(title)}</text>`,
    ...across.ticks.flatMap((tick) => {
      const place = rounded(across.at(tick))
      return [
        `<path class="grid" d="M${place} ${top}V${bottom}"/>`,
        `<text x="${place}" y="${bottom + 16}" text-anchor="middle">${tick}</text>`,
      ]
    }),
    ...up.ticks.flatMap((tick) => {
      const place = rounded(up.at(tick))
      return [
        `<path class="grid" d="M${left} ${place}H${right}"/>`,
        `<text x="${left - 6}" y="${Number(place) + 4}" text-anchor="end">${tick}</text>`,
      ]
    }),
    `<text x="${(left + right) / 2}" y="${bottom + 38}" text-anchor="middle">${escaped(x.label)}</text>`,
    `<text transform="translate(${offset + 14} ${middle}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
    ...lines.map((line, index) => {
      const path = line.points.map(([h, v]) => `${rounded(across.at(h))} ${rounded(up.at(v))}`).join('L')
      return `<path class="line${line.isMain ? ' main' : ''}" ${strokeOf(index)} d="M${path}"/>`
    }),
    ...lines.flatMap(({ points: own, chosen }, index) => {
      const [h, v] = (chosen === undefined ? undefined : own[chosen]) ?? []
      if (h === undefined || v === undefined) return []
      const colour = COLOURS[index % COLOURS.length]
      return [`<circle cx="${rounded(across.at(h))}" cy="${rounded(up.at(v))}" r="5" fill="${colour}"/>`]
    }),
  ].join('\n')
}

function legend(lines: readonly Line[], offset: number): string {
  return lines
    .map(({ name, isMain }, index) => {
      const y = PANEL.top + 10 + index * LINE_HEIGHT
      return [
        `<path class="line${isMain ? ' main' : ''}" ${strokeOf(index)} d="M${offset} ${y}h26"/>`,
        `<text x="${offset + 34}" y="${y + 4}">${escaped(name)}</text>`,
      ].join('\n')
    })
    .join('\n')
}

/** Panels side by side with the same lines in the same order, and a legend that names them once. */
export function chart(description: string, panels: readonly Panel[]): string {
  const width = panels.length * PANEL.width + LEGEND_WIDTH
  const lines = panels[0]?.lines ?? []
  const height = Math.max(PANEL.height, PANEL.top + 20 + lines.length * LINE_HEIGHT)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(description)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    ...panels.map((one, index) => panel(one, index * PANEL.width)),
    legend(lines, panels.length * PANEL.width + 8),
    '</svg>\n',
  ].join('\n')
}
