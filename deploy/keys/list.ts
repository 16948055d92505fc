/** `rimlight keys list`: which keys there are; never what they are. */
import { defineCommand, type Main } from '../../cli/kit/command.ts'
import { painter } from '../../cli/kit/output.ts'
import { inAwsSession } from '../aws/session.ts'
import type { KeyDependencies } from './aws-clients.ts'
import { COMMAND, STORE_OPTIONS, storeOf } from './options.ts'
import { MIN_SECRET_BYTES, secretOf } from './secret.ts'
import { findStore, readKeys, type StoredKeys } from './store.ts'

/** `bytes`: of the secret; null: the function takes it for none. */
type ListedKey = { kid: string; bytes: number | null }

export const listCommand = (dependencies: KeyDependencies): Main =>
  defineCommand({
    name: 'rimlight keys list',
    usage: '--distribution ID | --store NAME|ARN [--json]',
    about: 'Lists the kids of the store with the sizes of their secrets. The secrets themselves are not shown.',
    options: {
      ...STORE_OPTIONS,
      json: {
        type: 'boolean',
        about:
          'print one JSON document: { store, keys: [{ kid, bytes }], others }; bytes is null for what is no secret, others counts what is not for tokens',
      },
    },
    examples: ['rimlight keys list --distribution EDFDVBD6EXAMPLE'],
    exitCode: '0 listed; 1 not done, and why; 2 wrong usage or input',
    async run(values, context) {
      const { stdout, hint } = context
      const choice = storeOf(values, hint)
      const { arn, stored } = await inAwsSession(
        dependencies,
        context,
        COMMAND,
        () => 'Interrupted.',
        async ({ calls, line }) => {
          line.show('Looking for the store')
          const arn = await findStore(calls, choice)
          line.show(`Reading ${arn}`)
          return { arn, stored: await readKeys(calls, arn) }
        },
      )
      const { keys, others } = listed(stored)
      if (values.json) {
        stdout.write(`${JSON.stringify({ store: arn, keys, others })}\n`)
        return 0
      }
      const paint = painter(stdout)
      const width = Math.max(0, ...keys.map(({ kid }) => kid.length)) + 2
      const rows = keys.map(({ kid, bytes }) =>
        bytes === null
          ? `  ${kid.padEnd(width)}${paint('yellow', `no secret of ${MIN_SECRET_BYTES} bytes or more in base64url: tokens that name it are refused`)}`
          : `  ${kid.padEnd(width)}${bytes} bytes`,
      )
      const none = paint('yellow', '  none: every token is refused')
      stdout.write(
        [
          paint('bold', `Keys for tokens in ${arn}`),
          ...(rows.length > 0 ? rows : [none]),
          ...(others > 0 ? [paint('dim', `  and ${others} that are not for tokens`)] : []),
          '',
        ].join('\n'),
      )
      return 0
    },
  })

const listed = ({ values, others }: StoredKeys): { keys: ListedKey[]; others: number } => ({
  keys: [...values].map(([kid, value]) => ({ kid, bytes: secretOf(value)?.length ?? null })),
  others,
})
