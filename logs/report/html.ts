/** The report as a page: a plot for what has a course or a comparison, a table for the rest. */
import { bytesText } from '../../cli/kit/numbers.ts'
import { countText, percentText } from './format.ts'
import { page } from './page.ts'
import { courseOverTime, latencyPlot, missPlot, picturePlot } from './plot-sections.ts'
import { plotter } from './plots.ts'
import type { LogReport } from './report.ts'
import {
  edgeTable,
  errorTable,
  missTable,
  parameterTable,
  resultTable,
  routesTable,
  skippedTable,
  topTables,
} from './table-sections.ts'

/** @throws Failure if ECharts is not installed */
export async function reportHtml(report: LogReport): Promise<string> {
  const plot = await plotter()
  const { since, until } = report
  const minute = (time: string) => time.slice(0, 16).replace('T', ' ')
  const period = since === null ? 'No requests' : `${minute(since)} to ${minute(until ?? since)} UTC`
  const figures = [
    ['requests', countText(report.requests)],
    ['bytes', bytesText(report.bytes)],
    ['viewers', countText(report.viewers)],
    ['hit ratio', percentText(report.hitRatio)],
    ['of bytes', percentText(report.byteHitRatio)],
    ['robots', percentText(report.requests > 0 ? report.bots.requests / report.requests : null)],
  ] as const
  const sections = [
    ...courseOverTime(report, plot),
    routesTable(report),
    edgeTable(report),
    missPlot(report, plot),
    missTable(report),
    parameterTable(report),
    latencyPlot(report, plot),
    resultTable(report),
    errorTable(report),
    picturePlot(report, plot),
    ...topTables(report),
    skippedTable(report),
  ]
  return page(
    'CloudFront report',
    period,
    figures,
    sections.filter((section) => section !== null),
  )
}
