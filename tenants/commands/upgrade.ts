import { Failure, unexpectedInput } from '../../base/errors.ts'
import { defineCommand, type Main } from '../../cli/kit/command.ts'
import { confirmed } from '../../deploy/aws/session.ts'
import { upgradeReceiptName } from '../receipt.ts'
import { goBack, requiredReceipt, tenantsToUpgrade, type UpgradeOutcome, upgrade } from '../upgrade.ts'
import { CHANGE_OPTIONS, inTenantSession, SITE_OPTIONS, type TenantDependencies } from './session.ts'

/** Ids that a plan names; of more, their number says enough. */
const SHOWN = 20

export const tenantsUpgrade = (dependencies: TenantDependencies): Main =>
  defineCommand({
    name: 'rimlight tenants upgrade',
    usage: '[--batch N] [--back] [--no-verify] [--store URL] [--dry-run] [--yes] [--json]',
    about: `Brings all tenants to the bundle in dist/, in batches: each is deployed and then asked over HTTPS what \`rimlight verify\`
asks. The first batch of which one does not do what the bundle says is the last; the same command carries on, and --back
takes tenants back to where the receipt says that they were. What the bundle before used stays, so that it can.

A shared tenant changes over from one multi-tenant distribution to another, of which an account may have 20; its host
names and DNS stay as they are.`,
    options: {
      ...SITE_OPTIONS,
      ...CHANGE_OPTIONS,
      batch: { type: 'string', value: 'N', about: 'tenants in a batch', default: '10' },
      back: { type: 'boolean', about: 'take the tenants of the receipt back to where they were' },
      'no-verify': { type: 'boolean', about: 'do not ask tenants whether they do what the bundle says' },
      receipt: { type: 'string', value: 'FILE', about: 'the receipt; default: rimlight-SITE.tenants.receipt.json' },
    },
    examples: ['rimlight tenants upgrade --batch 20', 'rimlight tenants upgrade --back --yes'],
    exitCode: '0 all are there; 1 declined, stopped or not done; 2 wrong usage or input',
    async run(values, context) {
      const batch = Number(values.batch)
      if (!Number.isInteger(batch) || batch < 1) {
        throw unexpectedInput({
          at: '--batch',
          code: 'option-value',
          expected: 'a whole number from 1 on',
          found: JSON.stringify(values.batch),
        })
      }
      return inTenantSession(dependencies, values, context, async ({ manager, say }) => {
        const receipt = values.receipt ?? upgradeReceiptName(manager.site)
        const ids = values.back
          ? Object.keys((await requiredReceipt(manager, receipt)).tenants).toSorted()
          : (await tenantsToUpgrade(manager)).map(({ tenant }) => tenant)
        const target = values.back ? 'the bundle before' : `bundle ${manager.site.version}`
        const shown = ids.length > SHOWN ? `${ids.slice(0, SHOWN).join(' ')} …` : ids.join(' ')
        if (ids.length > 0) {
          say(`${ids.length} tenants to ${target}, in batches of ${batch}: ${shown}\nReceipt: ${receipt}\n`)
        }
        if (values['dry-run'] || ids.length === 0) {
          say(ids.length === 0 ? 'Nothing to change.\n' : 'Nothing was changed: --dry-run.\n')
          if (values.json) context.stdout.write(`${JSON.stringify({ planned: ids })}\n`)
          return 0
        }
        const question = values.back ? 'Go back? [y/N] ' : 'Upgrade? [y/N] '
        if (!(await confirmed(dependencies, values.yes, question)))
          throw new Failure('Nothing was changed.', { code: 'declined' })
        const outcome = await (values.back ? goBack : upgrade)(manager, {
          receipt,
          batch,
          // Going back, there is nothing to verify by: the bundle before is not at hand.
          verify: async ({ domain }) =>
            values['no-verify'] || values.back
              ? []
              : dependencies.verify(manager.site.bundle, new URL(`https://${domain}`)),
          now: dependencies.now,
          onBatch: (done, total) => say(`${done} of ${total}\n`),
        })
        const details = { planned: ids, outcome }
        report(details, target, say)
        if (values.json) context.stdout.write(`${JSON.stringify(details)}\n`)
        return 0
      })
    },
  })

/** @throws Failure where it was stopped */
function report(
  details: { planned: string[]; outcome: UpgradeOutcome },
  target: string,
  say: (text: string) => void,
): void {
  const { outcome } = details
  if (outcome.kind === 'done') {
    say(`${outcome.tenants.length} tenants are on ${target}.\n`)
    return
  }
  throw new Failure(
    [
      `Stopped after ${outcome.tenants.length} tenants, ${outcome.left.length} are left: not all of the last batch do what the bundle says.`,
      ...Object.entries(outcome.failed).flatMap(([tenant, problems]) => [
        `  ${tenant}`,
        ...problems.map((one) => `    ${one}`),
      ]),
      'The same command carries on, once that is put right; with --back all that have been upgraded go back.',
    ].join('\n'),
    { code: 'stopped', details },
  )
}
