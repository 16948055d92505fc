/** What the host asks besides viewers' requests, checked: what it is, and within which range. */
import { unexpectedText } from '../../../base/errors.ts'
import { isObject } from '../../../base/json-values.ts'
import { invalidationProblems } from '../../../urls/invalidation.ts'
import type { HostQuestion } from '../../protocol/messages.ts'
import { LAST_MOMENT } from '../../protocol/settings.ts'

/**
 * @param now by the distribution's clock
 * @returns a text that says what is wrong, for what is no question
 */
export function hostQuestion(text: string, now: number): HostQuestion | string {
  const value = parsed(text)
  if (!isObject(value)) return 'expected a question as JSON'
  switch (value.ask) {
    case 'trace':
      return typeof value.id === 'string' ? { ask: 'trace', id: value.id } : 'id: expected a text'
    case 'left':
      return typeof value.id === 'string' ? { ask: 'left', id: value.id } : 'id: expected a text'
    case 'key':
      return isObject(value.viewer) ? (value as HostQuestion) : 'viewer: expected a request'
    case 'invalidate': {
      const { paths, tenant } = value
      const isList = Array.isArray(paths) && paths.every((path) => typeof path === 'string')
      if (!isList) return 'paths: expected a list of texts'
      if (tenant !== undefined && typeof tenant !== 'string') return 'tenant: expected a text'
      const [problem] = invalidationProblems(paths)
      if (problem) return unexpectedText(problem)
      return { ask: 'invalidate', paths, ...(tenant === undefined ? {} : { tenant }) }
    }
    case 'advance': {
      const { milliseconds } = value
      const isInRange = typeof milliseconds === 'number' && milliseconds >= 0 && now + milliseconds <= LAST_MOMENT
      return isInRange ? { ask: 'advance', milliseconds } : 'milliseconds: expected 0 or more, up to the year 9999'
    }
    default:
      return 'ask: expected trace, key, left, invalidate or advance'
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
