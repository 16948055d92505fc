/** What a route's origin has besides where it is: told of, since no answer over HTTP shows it. */
import { type Check, skipped } from '../check.ts'
import type { CheckTarget } from '../check-target.ts'

export const ORIGIN_CHECKS: readonly Check<CheckTarget>[] = [
  {
    id: 'origin-settings',
    title: 'its origin has the group, the shield and the headers of the config',
    rule: 'docs/requests.md, "The config": origins',
    asks: 0,
    appliesTo: ({ originSettings }) => originSettings.length > 0,
    async ask({ originSettings }) {
      return skipped(
        `${originSettings.join(', ')}: not to be seen from outside; \`rimlight status --distribution ID\` compares them`,
      )
    },
    means: () => '',
  },
]
