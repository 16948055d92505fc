import type { Finding } from '../../../../deploy/verify/check.ts'
import type { Place } from '../../../../deploy/verify/check-target.ts'
import { ROUTE_CHECKS } from '../../../../deploy/verify/checks.ts'
import type { Answer, Question } from '../../../../deploy/verify/http.ts'
import { answerOf } from './fixture-places.ts'

/** Asks one check of a place, and shows what it asked. @param answer to each question */
export async function asked(
  id: string,
  place: Place,
  answer: (question: Question) => Partial<Answer> = () => ({}),
  httpUrl?: URL,
): Promise<{ finding: Finding; questions: Question[] }> {
  const check = ROUTE_CHECKS.find((one) => one.id === id)
  if (check === undefined) throw new Error(`there is no check ${id}`)
  const questions: Question[] = []
  const finding = await check.ask(place, {
    ask: async (question) => {
      questions.push(question)
      return answerOf(answer(question))
    },
    wait: async () => {},
    httpUrl,
    isSlow: false,
  })
  return { finding, questions }
}

export const appliesTo = (id: string, place: Place): boolean =>
  ROUTE_CHECKS.some((check) => check.id === id && check.appliesTo?.(place) !== false)

export const withObject = (place: Place, path: string, answer: Partial<Answer> = {}): Place => ({
  ...place,
  objects: [{ path, query: [], answer: answerOf(answer) }],
})
