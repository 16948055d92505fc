/** `rimlight keys remove`. */
import { Failure, unexpectedInput } from '../../base/errors.ts'
import { type CommandContext, defineCommand, type Main } from '../../cli/kit/command.ts'
import { painter } from '../../cli/kit/output.ts'
import { type AwsSession, confirmed, inAwsSession, untilUndisturbed } from '../aws/session.ts'
import type { KeyClients, KeyDependencies } from './aws-clients.ts'
import { checkedKid } from './kid.ts'
import { COMMAND, STORE_OPTIONS, storeOf, WITHIN_SECONDS } from './options.ts'
import { changeKeys, findStore, readKeys, readVersion } from './store.ts'

/** Developer Guide, "Quotas on key value stores": keys that one request changes. */
const KEYS_AT_ONCE = 50

export const removeCommand = (dependencies: KeyDependencies): Main =>
  defineCommand({
    name: 'rimlight keys remove',
    usage: 'KID… --distribution ID | --store NAME|ARN [--yes] [--json]',
    about: `Removes secrets, all of those that are named or none: tokens signed with them are refused from then on, however long they
say that they are valid. Without the last key every token is refused, so that it is asked for.`,
    takesOperands: true,
    options: {
      ...STORE_OPTIONS,
      yes: { type: 'boolean', about: 'do not ask before the last one goes' },
      json: { type: 'boolean', about: 'print one JSON document: { store, removed, left }' },
    },
    examples: ['rimlight keys remove 2026-11 --distribution EDFDVBD6EXAMPLE'],
    exitCode: '0 they are gone; 1 declined or not done, and why; 2 wrong usage or input',
    async run(values, context) {
      const { positionals, stdout, hint } = context
      const kids = [...new Set(positionals)].map((kid) => checkedKid(kid, hint))
      if (kids.length === 0 || kids.length > KEYS_AT_ONCE) {
        throw unexpectedInput({
          code: 'operands',
          expected: `1 to ${KEYS_AT_ONCE} kids`,
          found: `${kids.length}`,
          remedy: hint,
        })
      }
      const choice = storeOf(values, hint)
      const { arn, left } = await inAwsSession(
        dependencies,
        context,
        COMMAND,
        () => 'Interrupted: run the same command again, or `rimlight keys list`, which says what is there.',
        async (session) => {
          session.line.show('Looking for the store')
          const arn = await findStore(session.calls, choice)
          const confirm = (question: string) => confirmed(dependencies, values.yes, question, '')
          const left = await untilUndisturbed(context, session, (isRepeated) =>
            attempt(session, arn, kids, isRepeated, confirm, context),
          )
          return { arn, left }
        },
      )
      if (values.json) {
        stdout.write(`${JSON.stringify({ store: arn, removed: kids, left })}\n`)
        return 0
      }
      const paint = painter(stdout)
      const rest = left.length > 0 ? `left: ${left.join(', ')}` : 'none is left, so that every token is refused'
      stdout.write(
        `${paint('green', 'Removed')} ${kids.join(', ')}: tokens signed with it are refused ${WITHIN_SECONDS}; ${rest}\n${paint('dim', `in ${arn}`)}\n`,
      )
      return 0
    },
  })

/**
 * @param isRepeated an earlier attempt may have done it, and its answer was lost
 * @returns the kids that are left
 */
async function attempt(
  { calls, line }: AwsSession<KeyClients>,
  arn: string,
  kids: readonly string[],
  isRepeated: boolean,
  confirm: (question: string) => Promise<boolean>,
  { hint }: CommandContext,
): Promise<string[]> {
  line.show(`Reading ${arn}`)
  const version = await readVersion(calls, arn)
  const { values } = await readKeys(calls, arn)
  const there = kids.filter((kid) => values.has(kid))
  const missing = kids.filter((kid) => !values.has(kid))
  if (missing.length > 0 && !isRepeated) {
    const expected = `kids that are in the store (${[...values.keys()].join(', ') || 'it has none'})`
    const found = missing.join(', ')
    throw new Failure(`expected ${expected}, found ${found}: nothing was removed; ${hint}`, {
      code: 'unknown-kid',
      expected,
      found,
    })
  }
  const left = [...values.keys()].filter((kid) => !kids.includes(kid))
  if (there.length === 0) return left
  line.clear()
  if (left.length === 0 && !(await confirm('No key is left then, and every token is refused. Go ahead? [y/N] '))) {
    throw new Failure('Nothing was removed.', { code: 'declined' })
  }
  line.show(`Removing ${there.join(', ')}`)
  await changeKeys(calls, arn, version, { deletes: there })
  return left
}
