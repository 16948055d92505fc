/** `rimlight keys add`. */
import { Failure, unexpectedInput } from '../../base/errors.ts'
import { type CommandContext, defineCommand, type Main } from '../../cli/kit/command.ts'
import { painter } from '../../cli/kit/output.ts'
import { type AwsSession, inAwsSession, untilUndisturbed } from '../aws/session.ts'
import type { KeyClients, KeyDependencies } from './aws-clients.ts'
import { checkedKid, DEFAULT_KID } from './kid.ts'
import { COMMAND, STORE_OPTIONS, storeOf, WITHIN_SECONDS } from './options.ts'
import {
  ENCODINGS,
  type Encoding,
  generatedSecret,
  MAX_SECRET_BYTES,
  MIN_SECRET_BYTES,
  readSecret,
  storedValue,
  writeSecret,
} from './secret.ts'
import { changeKeys, findStore, readValue, readVersion, type StoreChoice } from './store.ts'

type NewSecret =
  | { kind: 'given'; bytes: Buffer }
  /** `out`: the file that it is written to; null: it is printed. */
  | { kind: 'generated'; bytes: Buffer; text: string; out: string | null }

type Change = 'added' | 'replaced' | 'unchanged'

export const addCommand = (dependencies: KeyDependencies): Main =>
  defineCommand({
    name: 'rimlight keys add',
    usage: 'KID --file FILE | --generate --out FILE, with --distribution ID | --store NAME|ARN [--replace] [--json]',
    about: `Adds a secret under a kid: tokens whose header names that kid are verified with it, and those that name none with the
one under '${DEFAULT_KID}'. A secret has ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes. Its bytes are those of the file, without the end of the last line;
with --encoding base64 or hex, those that the file spells. With --generate it is 43 random characters, which are the
secret as they stand.

The same secret under the same kid again changes nothing, so that an interrupted run can be repeated. Another secret
under a kid that is there is refused: tokens in use would fail. A new kid beside the old one keeps both valid.`,
    takesOperands: true,
    options: {
      ...STORE_OPTIONS,
      file: { type: 'string', value: 'FILE', about: 'a file that holds the secret; - is stdin' },
      encoding: { type: 'string', value: ENCODINGS.join('|'), about: 'how the file spells it', default: 'text' },
      generate: { type: 'boolean', about: 'make a secret' },
      out: { type: 'string', value: 'FILE', about: 'write the secret that is made to a new file, for its owner alone' },
      print: { type: 'boolean', about: 'print the secret that is made, once, in the place of --out' },
      replace: { type: 'boolean', about: 'put it in the place of another one of that kid' },
      json: {
        type: 'boolean',
        about: 'print one JSON document: { store, kid, change, bytes, file }, and with --print the secret',
      },
    },
    examples: [
      'rimlight keys add 2026-12 --generate --out 2026-12.secret --distribution EDFDVBD6EXAMPLE',
      'pass show jwt | rimlight keys add default --file - --store rimlight-EDFDVBD6EXAMPLE-keys',
    ],
    exitCode: '0 it is there; 1 not done, and why; 2 wrong usage or input',
    async run(values, context) {
      const { positionals, stdout, hint } = context
      if (positionals.length > 1) {
        throw unexpectedInput({ code: 'operands', expected: 'one kid', found: `${positionals.length}`, remedy: hint })
      }
      const kid = checkedKid(positionals[0], hint)
      const store = storeOf(values, hint)
      const secret = await newSecret(values, dependencies, hint)
      const addition = { kid, store, secret, isReplacing: values.replace }
      const { arn, change } = await added(dependencies, context, addition)

      const bytes = secret.bytes.length
      const out = secret.kind === 'generated' ? secret.out : null
      const printed = secret.kind === 'generated' && out === null ? secret.text : null
      if (values.json) {
        const document = { store: arn, kid, change, bytes, file: out, ...(printed === null ? {} : { secret: printed }) }
        stdout.write(`${JSON.stringify(document)}\n`)
        return 0
      }
      const paint = painter(stdout)
      const texts = {
        added: `${paint('green', 'Added')} ${kid}, of ${bytes} bytes: tokens signed with it are good ${WITHIN_SECONDS}`,
        replaced: `${paint('green', 'Replaced')} ${kid}, now of ${bytes} bytes: tokens signed with the old one are refused ${WITHIN_SECONDS}`,
        unchanged: `Nothing to change: ${kid} has this secret already`,
      }
      stdout.write(`${texts[change]}\n${paint('dim', `in ${arn}`)}\n`)
      if (out !== null) stdout.write(`The secret is in ${out}: whoever signs tokens needs it, and nobody else\n`)
      if (printed !== null) stdout.write(`${printed}\n`)
      return 0
    },
  })

type SecretOptions = {
  file: string | undefined
  encoding: string
  generate: boolean
  out: string | undefined
  print: boolean
}

async function newSecret(options: SecretOptions, { stdin }: KeyDependencies, hint: string): Promise<NewSecret> {
  const { file, encoding, generate, out, print } = options
  const refused = (expected: string, found: string) =>
    unexpectedInput({ code: 'option-conflict', expected, found, remedy: hint })
  if ((file === undefined) !== generate) throw refused('--file or --generate', generate ? 'both' : 'neither')
  if (!(ENCODINGS as readonly string[]).includes(encoding)) {
    throw refused(`--encoding ${ENCODINGS.join(', ')}`, JSON.stringify(encoding))
  }
  if (file !== undefined) {
    if (out !== undefined || print) throw refused('--out and --print with --generate alone', 'them beside --file')
    return { kind: 'given', bytes: await readSecret(file, encoding as Encoding, stdin) }
  }
  if ((out === undefined) !== print) throw refused('--out FILE or --print', print ? 'both' : 'neither')
  const text = generatedSecret()
  return { kind: 'generated', bytes: Buffer.from(text), text, out: out ?? null }
}

type Addition = { kid: string; store: StoreChoice; secret: NewSecret; isReplacing: boolean }

async function added(
  dependencies: KeyDependencies,
  context: CommandContext,
  addition: Addition,
): Promise<{ arn: string; change: Change }> {
  let isWritten = false
  const { secret } = addition
  const again = () =>
    isWritten && secret.kind === 'generated' && secret.out !== null
      ? ` The secret is in ${secret.out}: run the same command with --file ${secret.out} in the place of --generate and --out.`
      : ''
  const onWrite = async () => {
    if (isWritten || secret.kind !== 'generated' || secret.out === null) return
    await writeSecret(secret.out, secret.text)
    isWritten = true
  }
  const interrupted = () => `Interrupted: whether ${addition.kid} was added, \`rimlight keys list\` says.${again()}`
  return inAwsSession(dependencies, context, COMMAND, interrupted, async (session) => {
    try {
      session.line.show('Looking for the store')
      const arn = await findStore(session.calls, addition.store)
      return await untilUndisturbed(context, session, async () => ({
        arn,
        change: await attempt(session, arn, addition, onWrite),
      }))
    } catch (error) {
      if (!(error instanceof Failure) || again() === '' || error.code === 'interrupted') throw error
      const { code, expected, found, message } = error
      throw new Failure(`${message}.${again()}`, { code, expected, found, cause: error })
    }
  })
}

/** @param onWrite called when nothing stands in the way any more, before the store is changed */
async function attempt(
  { calls, line }: AwsSession<KeyClients>,
  arn: string,
  { kid, secret, isReplacing }: Addition,
  onWrite: () => Promise<void>,
): Promise<Change> {
  line.show(`Reading ${arn}`)
  const version = await readVersion(calls, arn)
  const before = await readValue(calls, arn, kid)
  const value = storedValue(secret.bytes)
  if (before === value) return 'unchanged'
  if (before !== null && !isReplacing) {
    const expected = `no key ${kid} in the store`
    throw new Failure(
      `expected ${expected}, found one with another secret; add this one under a kid of its own, so that both are good, or take the other's place with --replace, and tokens in use are refused`,
      { code: 'kid-exists', expected, found: 'one with another secret' },
    )
  }
  await onWrite()
  line.show(`Writing ${kid}`)
  await changeKeys(calls, arn, version, { puts: { [kid]: value } })
  return before === null ? 'added' : 'replaced'
}
