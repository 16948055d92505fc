/** A cost report in one screen. */
import { bytesText } from '../../cli/kit/numbers.ts'
import type { Paint } from '../../cli/kit/output.ts'
import { aligned, countText, usdText } from '../report/format.ts'
import type { Bill, BillLine } from './bill.ts'
import { type CostReport, DAYS } from './report.ts'

export function costText(report: CostReport, paint: Paint): string {
  const { requests, bytes, since, until, days, usd, s3Usd, extrapolated, months, s3Region } = report
  if (since === null || until === null) return 'No requests\n'
  const period = `${since.slice(0, 10)} to ${until.slice(0, 10)} UTC`
  const rows = [
    ['', 'CloudFront', `S3 alone (${s3Region})`],
    [`${period}, ${days.toFixed(1)} days`, usdText(usd), usdText(s3Usd)],
    ...(extrapolated
      ? [[`a month of ${DAYS} days like that`, usdText(extrapolated.cloudFront.usd), usdText(extrapolated.s3.usd)]]
      : []),
  ]
  const [head = '', ...body] = aligned(rows)
  const shown = extrapolated?.cloudFront ?? (months.at(-1)?.cloudFront as Bill)
  return `${[
    `${countText(requests)} requests, ${bytesText(bytes)}`,
    '',
    paint('dim', head),
    ...body.map((line, at) => (at === body.length - 1 ? paint('bold', line) : line)),
    '',
    ...billRows(shown, paint),
    '',
    ...(extrapolated ? [] : ['The logs are shorter than an hour: no month can be told from them.', '']),
    ...plans(report),
    ...shown.unpriced.map((what) => paint('yellow', `Not in it, for want of a price or of figures: ${what}`)),
    ...budget(report, paint),
  ]
    .join('\n')
    .trimEnd()}\n`
}

function billRows({ lines }: Bill, paint: Paint): string[] {
  const merged = [...Map.groupBy(lines, ({ item, region }) => `${item}\n${region}`).values()].map((some) => ({
    ...(some[0] as BillLine),
    quantity: some.reduce((sum, { quantity }) => sum + quantity, 0),
    usd: some.reduce((sum, { usd }) => sum + usd, 0),
  }))
  const [head = '', ...body] = aligned([
    ['by line', 'quantity', '', 'USD'],
    ...merged
      .filter(({ usd }) => usd > 0)
      .toSorted((a, b) => b.usd - a.usd)
      .slice(0, 14)
      .map(({ item, region, quantity, unit, usd }) => [
        region === null ? item : `${item}, ${region}`,
        quantityText(quantity),
        unit,
        usdText(usd),
      ]),
  ])
  const free = merged.filter(({ usd, item }) => usd === 0 && item.endsWith(', free')).length > 0
  return [
    paint('dim', head),
    ...body,
    ...(free ? [paint('dim', 'What is free each month is off already; --without-free leaves it in.')] : []),
  ]
}

const quantityText = (quantity: number): string =>
  quantity.toLocaleString('en', { maximumFractionDigits: quantity < 100 ? 2 : 0 })

function plans({ plans: rows, extrapolated }: CostReport): string[] {
  if (extrapolated === null) return []
  const cheaper = rows.find(({ isCheaper }) => isCheaper)
  const next = rows.find(({ from }) => from !== null && from.requests > extrapolated.requests)
  const line = cheaper
    ? [
        `By use alone, the flat-rate plan ${cheaper.plan} (${usdText(cheaper.usd)} a month) would be cheaper, and has room for all of it.`,
      ]
    : next?.from
      ? [
          `The flat-rate plan ${next.plan} (${usdText(next.usd)} a month) is cheaper from ${countText(next.from.requests)} requests or ${bytesText(next.from.bytes)} a month on.`,
        ]
      : ['No flat-rate plan is cheaper for this mixture of requests and bytes.']
  return [...line, 'But a plan takes no distribution with Lambda@Edge, and every behaviour of Rimlight has it.']
}

function budget({ budget: found, extrapolated, usd }: CostReport, paint: Paint): string[] {
  if (found === null) return []
  const cost = usdText(extrapolated?.cloudFront.usd ?? usd)
  return found.isPast
    ? [paint('red', `Past the budget: ${cost} a month, where ${usdText(found.usd)} were planned`)]
    : [`Within the budget: ${cost} of ${usdText(found.usd)} a month`]
}
