import type { CheckFinding } from '../../../../deploy/verify/check.ts'
import type { CheckTarget } from '../../../../deploy/verify/check-target.ts'
import { ROUTE_CHECKS } from '../../../../deploy/verify/checks.ts'
import type { Answer, ProbeRequest } from '../../../../deploy/verify/http.ts'
import { answerOf } from './fixture-targets.ts'

/** Asks one check of a target, and shows what it asked. @param answer to each question */
export async function asked(
  id: string,
  target: CheckTarget,
  answer: (request: ProbeRequest) => Partial<Answer> = () => ({}),
  httpUrl?: URL,
): Promise<{ finding: CheckFinding; requests: ProbeRequest[] }> {
  const check = ROUTE_CHECKS.find((one) => one.id === id)
  if (check === undefined) throw new Error(`there is no check ${id}`)
  const requests: ProbeRequest[] = []
  const finding = await check.ask(target, {
    ask: async (request) => {
      requests.push(request)
      return answerOf(answer(request))
    },
    wait: async () => {},
    httpUrl,
    isSlow: false,
  })
  return { finding, requests }
}

export const appliesTo = (id: string, target: CheckTarget): boolean =>
  ROUTE_CHECKS.some((check) => check.id === id && check.appliesTo?.(target) !== false)

export const withObject = (target: CheckTarget, path: string, answer: Partial<Answer> = {}): CheckTarget => ({
  ...target,
  objects: [{ path, query: [], answer: answerOf(answer) }],
})
