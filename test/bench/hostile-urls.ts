/** Lines of public lists of hostile URLs: whether any throws, goes on with several routes, or costs too much. */
import { at } from '../../base/json-values.ts'
import { openNjs } from '../../local/host/functions/njs.ts'
import { type CallCost, callCosts } from '../../local/host/functions/njs-cost.ts'
import { routesOf } from '../contract/viewer-oracle.ts'
import { isOver, type Measured, measured, worstOf } from './worst-costs.ts'
import { costSubject, letIn, type WorstRequest } from './worst-requests.ts'
import type { WorstSite } from './worst-sites.ts'

export type HostileReport = {
  urls: number
  /** What none costs more than: where a group costs less together, each of its calls does. */
  most: CallCost
  thrown: string[]
  ambiguous: string[]
  over: Measured[]
}

/** How many are measured together: those of a group that costs too much are measured in smaller ones, in the end one by one. */
const TOGETHER = [16, 4]

type Named = readonly [name: string, request: WorstRequest]

export async function measureHostile(
  code: string,
  { settings, keyValues }: WorstSite,
  lines: readonly string[],
  show: (text: string) => void,
): Promise<HostileReport> {
  const requests = lines.map((line): Named => [line.slice(0, 100), requestOfLine(line)])
  show(`${requests.length} hostile URLs`)
  const engine = await openNjs(code, { keyValues })
  const outcomes = await engine.run(requests.map(([, request]) => costSubject(request).event))
  await engine.close()
  const patterns = settings.routes.map(({ path }) => path)
  const nameOf = ([name]: Named) => name
  const most = { instructions: 0, bytes: 0 }
  const heed = ({ instructions, bytes }: CallCost) => {
    most.instructions = Math.max(most.instructions, instructions)
    most.bytes = Math.max(most.bytes, bytes)
  }
  let left = requests
  for (const together of TOGETHER) {
    show(`${left.length} hostile URLs, ${together} together`)
    const subjects = left.map(([, request]) => costSubject(request))
    const groups = await callCosts(code, subjects, keyValues, together)
    for (const cost of groups) if (!isOver({ cost })) heed(cost)
    left = left.filter((_, i) => isOver({ cost: groups[Math.floor(i / together)] as CallCost }))
  }
  show(`${left.length} hostile URLs, one by one`)
  const alone = left.length > 0 ? await measured(code, left, keyValues) : []
  if (alone.length > 0) {
    const { instructions, bytes } = worstOf(alone)
    heed({ instructions: instructions.cost.instructions, bytes: bytes.cost.bytes })
  }
  return {
    urls: requests.length,
    most,
    thrown: requests.filter((_, i) => outcomes[i]?.kind !== 'returned').map(nameOf),
    ambiguous: requests
      .filter(([, { uri }], i) => {
        const outcome = outcomes[i]
        const goesOn = outcome?.kind === 'returned' && at(outcome.value, 'uri') !== undefined
        return goesOn && routesOf(uri, patterns).size > 1
      })
      .map(nameOf),
    over: alone.filter(isOver),
  }
}

/** A line of a list, which may be a URL, a path, or what is to be put into one. */
export function requestOfLine(line: string): WorstRequest {
  const path = line.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
  const [uri = '', ...query] = path.split('?')
  return letIn({ uri: uri.startsWith('/') ? uri : `/${uri}`, query: query.join('?') })
}
