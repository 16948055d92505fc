/** The cost of requests, each of one call, and the bounds that it is held to. */
import { type CallCost, callCosts } from '../../local/host/functions/njs-cost.ts'
import { costSubject, type WorstRequest } from './worst-requests.ts'

/** Of the 2 MB that CloudFront gives a call, and of a time that it does not tell. */
export const MOST: CallCost = { bytes: 1_500_000, instructions: 2_000_000 }

/** The first error of a process costs the engine 1.1 M instructions, others 8,000: so many are measured in one of their own. */
const MOST_ALONE = 10

export type Measured = { name: string; request: WorstRequest; cost: CallCost }

export async function measured(
  code: string,
  requests: readonly (readonly [name: string, request: WorstRequest])[],
  keyValues: Record<string, string> = {},
): Promise<Measured[]> {
  const subjects = requests.map(([, request]) => costSubject(request))
  const costs = await callCosts(code, subjects, keyValues)
  const all = requests.map(([name, request], i) => ({ name, request, cost: costs[i] as CallCost }))
  for (const one of all
    .filter(({ request }) => mayThrow(request))
    .toSorted(worstFirst)
    .slice(0, MOST_ALONE)) {
    const [alone] = await callCosts(code, [costSubject(one.request)], keyValues)
    one.cost = alone as CallCost
  }
  return all
}

/** Where an escape is broken or no UTF-8, or a token no JSON: the function catches what the engine throws. */
function mayThrow({ uri, query = '', headers = {}, cookies = {} }: WorstRequest): boolean {
  if (headers.authorization || cookies.grant || query.includes('grant=')) return true
  try {
    decodeURIComponent(uri + query)
    return false
  } catch (_) {
    return true
  }
}

export const worstFirst = (a: Measured, b: Measured): number => shareOf(b) - shareOf(a)

const shareOf = ({ cost }: Measured): number => cost.instructions / MOST.instructions + cost.bytes / MOST.bytes

export const isOver = ({ cost }: Pick<Measured, 'cost'>): boolean =>
  cost.bytes > MOST.bytes || cost.instructions > MOST.instructions

export const worstOf = (all: readonly Measured[]) => ({
  instructions: all.toSorted((a, b) => b.cost.instructions - a.cost.instructions)[0] as Measured,
  bytes: all.toSorted((a, b) => b.cost.bytes - a.cost.bytes)[0] as Measured,
})

export const rowOf = ({ name, cost }: Measured): string =>
  `${cost.instructions.toLocaleString('en').padStart(12)} ${(cost.bytes / 1e6).toFixed(2).padStart(6)} MB  ${name.slice(0, 90)}`
