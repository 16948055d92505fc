/** `rimlight attach`: puts a bundle on a distribution that exists. */

import { InputError } from '../base/errors.ts'
import { readBundle } from '../bundle/read-bundle.ts'
import { defineCommand, type Main } from '../cli/kit/command.ts'
import { type Dependencies, realDependencies } from './attach/aws-clients.ts'
import { permissionText } from './attach/calls.ts'
import { receiptName } from './attach/names.ts'
import { attach } from './attach/run.ts'
import { distributionId, runOptionsOf } from './attach/session.ts'
import { undo } from './detach.ts'

export const attachCommand = (dependencies: Dependencies): Main =>
  defineCommand({
    name: 'rimlight attach',
    usage:
      '--distribution ID [--behaviour PATTERN…] [--dist DIR] [--key-value-store NAME|ARN] [--dry-run] [--yes] [--replace] [--json]',
    about: `Puts the bundle in dist/ on a distribution that exists. It reads the distribution and shows what each behaviour has and
will have; asks; creates or updates the function, tests it in CloudFront's own engine and publishes it; creates or
updates the Lambdas in us-east-1 and publishes versions; then updates the distribution, once, and waits until it is
deployed. Of the distribution it changes the functions on the triggers viewer-request, origin-request and
origin-response, and nothing else: policies that do not fit are refused or told of, not changed, and so are trusted key
groups that have other keys than the config's. Where tokens are verified by secrets, the function is given the key value
store that has them, which has to exist; \`rimlight keys\` fills it.

Before the first change it writes a receipt with the distribution as it was: \`rimlight detach\` puts that back. The
receipt's original stays the same however often attach is run. Interrupted, it carries on when it is run again; when
everything is as it should be, it changes nothing.

It takes permission for
${permissionText}`,
    options: {
      distribution: { type: 'string', value: 'ID', about: 'the distribution' },
      behaviour: {
        type: 'string',
        value: 'PATTERN',
        about:
          'attach to this behaviour alone, where no path of it is another route to the function; /* is the default one',
        multiple: true,
      },
      dist: { type: 'string', value: 'DIR', about: 'the bundle', default: 'dist' },
      'key-value-store': {
        type: 'string',
        value: 'NAME|ARN',
        about: "where the secrets of tokens are; default: the function's own, or rimlight-ID-keys",
      },
      receipt: { type: 'string', value: 'FILE', about: 'the receipt; default: rimlight-ID.receipt.json' },
      'dry-run': { type: 'boolean', about: 'show the plan, change nothing' },
      yes: { type: 'boolean', about: 'do not ask' },
      replace: {
        type: 'boolean',
        about: "take the place of others' functions on these triggers; detach puts them back",
      },
      undo: { type: 'boolean', about: 'put back what the receipt recorded: the same as `rimlight detach`' },
      'no-wait': { type: 'boolean', about: 'do not wait until it is deployed' },
      json: {
        type: 'boolean',
        about: 'print one JSON document: { plan, outcome }; the plan for people goes to stderr',
      },
    },
    examples: [
      'rimlight attach --distribution EDFDVBD6EXAMPLE --dry-run',
      'rimlight attach --distribution EDFDVBD6EXAMPLE',
      "rimlight attach --distribution EDFDVBD6EXAMPLE --behaviour '/photos/*' --yes",
      'rimlight attach --receipt rimlight-EDFDVBD6EXAMPLE.receipt.json --undo',
    ],
    exitCode: '0 attached, or nothing to change; 1 refused, declined or not done; 2 wrong usage or input',
    async run(values, context) {
      if (values.undo) {
        const found = conflictText(values)
        if (found !== '') {
          throw new InputError(
            `--undo: expected no ${found} beside it, since it puts back all that the receipt recorded; ${context.hint}`,
            {
              code: 'option-conflict',
              expected: `--undo without ${found}`,
              found,
            },
          )
        }
        const { distribution, receipt } = values
        return undo(dependencies, context, { distribution, receipt, isWhole: false, ...runOptionsOf(values) })
      }
      const distribution = distributionId(values.distribution, context.hint)
      const bundle = await readBundle(values.dist)
      const options = {
        distribution,
        behaviours: values.behaviour,
        replaces: values.replace,
        keyValueStore: values['key-value-store'],
        receipt: values.receipt ?? receiptName(distribution),
        ...runOptionsOf(values),
      }
      return attach(dependencies, context, options, bundle)
    },
  })

export const main = attachCommand(realDependencies)

/** The options that were given beside `--undo`, and can't be. */
const conflictText = (values: {
  behaviour: readonly string[]
  replace: boolean
  'key-value-store': string | undefined
}): string =>
  [
    ...(values.behaviour.length > 0 ? ['--behaviour'] : []),
    ...(values.replace ? ['--replace'] : []),
    ...(values['key-value-store'] === undefined ? [] : ['--key-value-store']),
  ].join(' and ')
