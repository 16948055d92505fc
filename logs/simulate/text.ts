/** A simulation in one screen. */
import { bytesText } from '../../cli/kit/numbers.ts'
import type { Paint } from '../../cli/kit/output.ts'
import { aligned, countText, percentText, usdText } from '../report/format.ts'
import type { Simulated, Simulation } from './simulation.ts'

export function simulationText(simulation: Simulation, paint: Paint): string {
  const { requests, bytes, before, after, logged, modelError, spellings, edgeLocations } = simulation
  const column = (name: string, of: (simulated: Simulated) => string) => [name, of(before), of(after)]
  const sides = aligned([
    ['', 'before', 'with this config'],
    column('hit ratio, of requests', ({ hitRatio }) => percentText(hitRatio)),
    column('hit ratio, of bytes', ({ byteHitRatio }) => percentText(byteHitRatio)),
    column('requests to the origin', ({ originRequests }) => countText(originRequests)),
    column('bytes from the origin', ({ originBytes }) => bytesText(originBytes)),
    column('a month of it', ({ monthlyUsd }) => (monthlyUsd === null ? '–' : usdText(monthlyUsd))),
    column('keys', ({ keys }) => countText(keys)),
  ])
  const steps = aligned([
    ['rule', 'hit ratio', 'gain', 'keys'],
    ...simulation.steps.map(({ rule, hitRatio, gain, keys }) => [
      rule,
      percentText(hitRatio),
      points(gain),
      countText(keys),
    ]),
  ])
  return [
    `${countText(requests)} requests, ${bytesText(bytes)}, ${countText(spellings)} spellings, ${countText(edgeLocations)} edge locations`,
    '',
    ...dimHead(sides, paint),
    '',
    ...dimHead(steps, paint),
    '',
    `The log has ${paint('bold', percentText(logged.hitRatio))} hits where the model has ${percentText(before.hitRatio)}: it is off by ${modelError === null ? '–' : points(modelError)}.`,
    ...accepts(simulation),
    '',
  ].join('\n')
}

/** A difference of shares, in percentage points. */
const points = (share: number): string => `${share < 0 ? '' : '+'}${(share * 100).toFixed(1)}`

const dimHead = ([head = '', ...rest]: readonly string[], paint: Paint): string[] => [paint('dim', head), ...rest]

const ABOUT_ACCEPT = {
  logged: 'by what the function logged',
  header: 'by the header itself',
  served: 'by what was served',
  'user-agent': 'by the user agent, which may be wrong',
} as const

function accepts({ accept }: Simulation): string[] {
  const total = Object.values(accept).reduce((sum, count) => sum + count, 0)
  if (total === 0) return []
  const parts = Object.entries(accept).map(
    ([source, count]) => `${percentText(count / total)} ${ABOUT_ACCEPT[source as keyof typeof ABOUT_ACCEPT]}`,
  )
  return [`What viewers of pictures accept is known for ${parts.join(', ')}.`]
}
