/** `rimlight invalidate`: at AWS, or on this machine. */
import { readFile } from 'node:fs/promises'
import { InputError, joinedError, systemMessage, unexpectedInput } from '../base/errors.ts'
import { optional } from '../base/optional-package.ts'
import { INVALIDATION_PACKAGES } from '../deploy/aws/packages.ts'
import type { InvalidateDependencies, Invalidation } from '../deploy/invalidate.ts'
import { invalidateHere, LOCAL_URL, type LocalInvalidation } from '../local/console/client.ts'
import {
  distinctPaths,
  FREE_INVALIDATION_PATHS,
  INVALIDATION_PATH_PRICE,
  invalidationProblems,
} from '../urls/invalidation.ts'
import { defineCommand, type Main } from './kit/command.ts'
import { type Output, painter, statusLine } from './kit/output.ts'

/** @param dependencies for tests: time, and a person to ask */
export const invalidateCommand = (dependencies?: InvalidateDependencies): Main =>
  defineCommand({
    name: 'rimlight invalidate',
    usage: 'PATH… | #TAG… [--distribution ID [--wait] [--yes] [--reference TEXT] | --url URL] [--paths FILE] [--json]',
    about: `Removes objects from the caches of a distribution, or, without --distribution, from those of the CloudFront that
\`rimlight start\` runs on this machine. A path begins with a slash; a * at its end stands for the rest. A path without
one is that path without a query: '/photos/cat.jpg*' is the picture with all its renditions and versions. Quotes keep
the shell from reading the * itself. A path that another one stands for is left out.

Where the config has cacheTags, # and a tag stand for all that has it, whatever its path: '#album-7' for the objects with
that in their metadata \`tags\`, '#/photos/cat.jpg' for one object of the bucket with all its renditions and versions. In a
file of paths, such a line is a tag as well.

At AWS, ${FREE_INVALIDATION_PATHS.toLocaleString('en')} paths a month and account are free, each other is ${INVALIDATION_PATH_PRICE} USD, whatever it stands for; a URL with a version
needs none at all. It takes permission for cloudfront:CreateInvalidation, and with --wait for
cloudfront:GetInvalidation.`,
    takesOperands: true,
    options: {
      distribution: { type: 'string', value: 'ID', about: "the distribution's id: EDFDVBD6EXAMPLE" },
      paths: { type: 'string', value: 'FILE', about: 'further paths, one to a line' },
      wait: { type: 'boolean', about: 'wait until it is done at every edge location: a minute or two' },
      yes: { type: 'boolean', about: 'do not ask before what is more than the free paths' },
      reference: {
        type: 'string',
        value: 'TEXT',
        about:
          "CloudFront's CallerReference: the same paths with the same one are invalidated once; default: this run's own",
      },
      url: { type: 'string', value: 'URL', about: `where CloudFront runs on this machine; default: ${LOCAL_URL}` },
      tenant: {
        type: 'string',
        value: 'ID',
        about: 'of this tenant of `rimlight start --tenant` alone; at AWS, `rimlight tenants invalidate` does that',
      },
      json: {
        type: 'boolean',
        about:
          'print one JSON document: { id, paths, removed }, or with --distribution { id, distribution, status, paths, reference, costAtMost }',
      },
    },
    examples: [
      "rimlight invalidate '/*'",
      "rimlight invalidate '#album-7' '#/photos/cat.jpg' --distribution EDFDVBD6EXAMPLE",
      "rimlight invalidate '/photos/cat.jpg*' '/photos/dog.jpg*' --distribution EDFDVBD6EXAMPLE --wait",
      'rimlight invalidate --paths changed.txt --distribution EDFDVBD6EXAMPLE --yes',
    ],
    exitCode: '0 done, or with --distribution under way; 1 not done; 2 wrong usage or input',
    async run(values, { positionals, stdout, stderr, hint }) {
      const { distribution, wait: isAwaited, yes: isAgreed, reference, url, tenant, json } = values
      if (distribution !== undefined && url !== undefined) {
        throw unexpectedInput({
          code: 'option-conflict',
          expected: '--distribution or --url',
          found: 'both',
          remedy: hint,
        })
      }
      if (distribution !== undefined && tenant !== undefined) {
        const [expected, found] = ['--distribution or --tenant', 'both']
        throw new InputError(
          `expected ${expected}, found ${found}: \`rimlight tenants invalidate ${tenant}\` is for a tenant at AWS; ${hint}`,
          { code: 'option-conflict', expected, found },
        )
      }
      if (distribution === undefined) {
        const without = Object.entries({ wait: isAwaited, yes: isAgreed, reference: reference !== undefined })
        const [found] = without.flatMap(([name, isGiven]) => (isGiven ? [`--${name}`] : []))
        if (found !== undefined) throw needsDistribution(found, hint)
      }
      const given = [...positionals, ...(values.paths === undefined ? [] : await linesOf(values.paths))]
      if (given.length === 0) {
        throw unexpectedInput({ code: 'no-paths', expected: "paths such as '/photos/*'", found: 'none', remedy: hint })
      }
      const problems = invalidationProblems(given)
      if (problems.length > 0) {
        throw joinedError(problems.map((problem) => unexpectedInput({ code: 'not-an-invalidation-path', ...problem })))
      }
      const paths = distinctPaths(given)

      const print = (result: LocalInvalidation | Invalidation, text: string) =>
        stdout.write(json ? `${JSON.stringify(result)}\n` : `${text}\n`)
      if (distribution === undefined) {
        const removed = await invalidateHere(url ?? LOCAL_URL, paths, tenant)
        print(removed, removedText(removed))
        return 0
      }
      const { invalidateDistribution } = await optional(
        'rimlight invalidate --distribution',
        INVALIDATION_PACKAGES,
        () => import('../deploy/invalidate.ts'),
      )
      const progress = progressOn(stderr, isAwaited)
      const request = { distribution, paths, reference, isAwaited, isAgreed }
      const done = await invalidateDistribution(request, progress, dependencies).finally(progress.end)
      print(done, invalidationText(done, painter(stdout)))
      return 0
    },
  })

export const main = invalidateCommand()

/** On this machine it is done at once, costs nothing, and has no reference: whoever says so means AWS. */
function needsDistribution(option: string, hint: string): InputError {
  const [expected, found] = [`--distribution ID beside ${option}`, 'none']
  return new InputError(
    `${option}: expected ${expected}, found ${found}: without one, the caches of this machine's CloudFront are meant; ${hint}`,
    { code: 'option-missing', expected, found },
  )
}

async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new InputError(
      `--paths: expected a file with a path to a line, found none at ${file} (${systemMessage(cause)})`,
      { code: 'file-unreadable', expected: 'a file with a path to a line', found: `none at ${file}`, cause },
    )
  })
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  return lines.map((line) => line.trim()).filter((line) => line !== '')
}

const removedText = ({ paths, removed }: LocalInvalidation): string => {
  const count = removed === 1 ? '1 object' : `${removed.toLocaleString('en')} objects`
  return `Removed ${count} from the caches: ${paths.join(' ')}`
}

/** At most so many paths are listed; of more, the number is told. */
const PATHS_SHOWN = 10

function invalidationText(invalidation: Invalidation, paint: ReturnType<typeof painter>): string {
  const { id, distribution, status, paths, costAtMost } = invalidation
  const what = paths.length > PATHS_SHOWN ? `${paths.length.toLocaleString('en')} paths` : paths.join(' ')
  const did = status === 'Completed' ? 'Removed from the caches' : 'Being removed from the caches, in a minute or two'
  const cost = `${costAtMost} USD at most: nothing, where the month's free paths are not used up`
  return `${paint('green', did)}: ${what}\n${paint('dim', `Invalidation ${id} of ${distribution}; ${cost}`)}`
}

function progressOn(stderr: Output, isAwaited: boolean) {
  const line = statusLine(stderr)
  let id = ''
  return {
    created(invalidation: Invalidation) {
      id = invalidation.id
      // Whoever interrupts the waiting knows the id to ask for.
      if (isAwaited) stderr.write(`Invalidation ${id}\n`)
    },
    waiting: (seconds: number) => line.show(`In progress, ${seconds} s …`),
    end: line.clear,
  }
}
