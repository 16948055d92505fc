/** Plots as SVG, by ECharts: its colours are the page's variables, so that they follow light and dark. */
import { optional } from '../../base/optional-package.ts'
import { percentText } from './format.ts'

export type Series = {
  name: string
  colour: string
  values: readonly (readonly [x: number | string, y: number | null])[]
}

export type Plot = {
  kind: 'lines' | 'bars'
  /** `time`: x in milliseconds since 1970. */
  x: 'time' | 'category'
  y: 'percent' | 'count' | 'bytes' | 'milliseconds'
  series: readonly Series[]
}

/** Little more than a phone has: scaled down further, its text would be too small. */
const WIDTH = 440
const HEIGHT = 210

/** Below a name of its own for each thing that a plot tells apart. */
export const COLOURS = {
  first: 'var(--first)',
  second: 'var(--second)',
  third: 'var(--third)',
  warning: 'var(--warning)',
}

const axisLabel: Readonly<Record<Plot['y'], (value: number) => string>> = {
  percent: (value) => percentText(value, 0),
  count: (value) => compact(value, ''),
  bytes: (value) => compact(value, 'B'),
  milliseconds: (value) => `${value} ms`,
}

const compact = (value: number, unit: string): string =>
  `${new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(value)}${unit}`

/** @throws Failure if ECharts is not installed */
export async function plotter(): Promise<(plot: Plot) => string> {
  // Its one file: as modules, it takes ten times as long to load.
  const { default: core } = await optional(
    'a report as HTML',
    ['echarts'],
    () => import('echarts/dist/echarts.common.min'),
  )
  return (plot) => {
    const chart = core.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT })
    try {
      chart.setOption(optionsOf(plot))
      return chart.renderToSVGString().replace(/ width="\d+" height="\d+"/, '')
    } finally {
      chart.dispose()
    }
  }
}

function optionsOf({ kind, x, y, series }: Plot) {
  const text = { color: 'var(--text)', fontSize: 13, fontFamily: 'system-ui, sans-serif' }
  const line = { lineStyle: { color: 'var(--line)' } }
  return {
    animation: false,
    useUTC: true,
    textStyle: text,
    legend: {
      show: series.length > 1,
      top: 0,
      left: 0,
      textStyle: text,
      itemWidth: 14,
      itemHeight: 10,
      itemGap: 20,
      icon: 'rect',
    },
    grid: {
      left: 8,
      right: 16,
      top: series.length > 1 ? 36 : 16,
      bottom: 8,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    xAxis: {
      type: x,
      axisLabel: { ...text, hideOverlap: true },
      axisLine: line,
      axisTick: line,
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      min: 0,
      ...(y === 'percent' && { max: 1 }),
      axisLabel: { ...text, formatter: axisLabel[y] },
      splitLine: line,
    },
    series: series.map(({ name, colour, values }) => ({
      name,
      type: kind === 'bars' ? 'bar' : 'line',
      data: values,
      showSymbol: values.length < 3,
      itemStyle: { color: colour },
      lineStyle: { color: colour, width: 2 },
      connectNulls: false,
      // It is a picture: nothing happens under a pointer.
      silent: true,
      emphasis: { disabled: true },
    })),
  }
}
