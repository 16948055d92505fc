/** `npm run mutations`: makes one mistake of a list after another in copies of the sources, and says which no test notices. */
import { availableParallelism } from 'node:os'
import { unexpectedInput } from '../../base/errors.ts'
import { ROOT } from '../../base/root.ts'
import { temporaryFolder } from '../../base/temporary.ts'
import { defineCommand } from '../../cli/kit/command.ts'
import { interrupt } from '../../cli/kit/interrupt.ts'
import { statusLine } from '../../cli/kit/output.ts'
import { MUTATIONS, type Mutation } from './list.ts'
import { ENOUGH, isEnough, reportOf, summaryOf, textOf } from './report.ts'
import { reachOf, type Suites, suitesFor, testsOfAll } from './suites.ts'
import { makeTrees } from './trees.ts'
import { checkPlaces, tryAll } from './trials.ts'

/** A copy has some 30 MB, and a run of vitest several processes. */
const MOST_JOBS = 64

/** @param suites which tests are asked; default: those that `suitesFor` names */
export const mutationsCommand = (root: string, list: readonly Mutation[], suites?: (file: string) => Suites) =>
  defineCommand({
    name: 'npm run mutations --',
    usage: '[--only TEXT] [--jobs N] [--json]',
    about: `Changes one thing at a time in edge/, origin-request/, origin-response/, viewer-request/ or build/, in a copy of the
sources, and runs the unit tests that mirror the file, then those of the rooms that import it, then the contract, until a test
fails; for every change of test/mutations/list.ts. Each of the --jobs has a copy of its own; the sources stay as they are, and
Ctrl-C ends it and removes the copies.

A test that fails is run once more, and notices a change only if its file passes without. A change that no test can notice has its
proof in the list; it is tried as well, and counts in no rate.`,
    options: {
      only: { type: 'string', value: 'TEXT', about: 'the changes in files whose path holds this' },
      jobs: {
        type: 'string',
        value: 'N',
        about: `changes tried at a time, 1 to ${MOST_JOBS}; without this, as many as there are cores`,
      },
      json: { type: 'boolean', about: 'print one JSON document; call it as npm run --silent mutations' },
    },
    examples: [
      'npm run mutations -- --only edge/token',
      'npm run --silent mutations -- --jobs 8 --json > mutations.json',
    ],
    exitCode: `0 at least ${100 * ENOUGH} % are noticed, and none that the list says can't be; 1 otherwise, or a test fails without any change; 2 wrong usage, or a change that is not in its file once; 130 interrupted`,
    async run({ only, jobs, json }, { stdout, stderr, hint }) {
      const atATime = jobs === undefined ? Math.min(availableParallelism(), MOST_JOBS) : jobsOf(jobs, hint)
      const chosen = list.filter(({ file }) => file.includes(only ?? ''))
      if (chosen.length === 0) {
        const [expected, found] = ['a part of the path of a file with changes', JSON.stringify(only)]
        throw unexpectedInput({ code: 'option-value', at: '--only', expected, found, remedy: hint })
      }
      checkPlaces(root, chosen)
      const { signal, close } = interrupt()
      const line = statusLine(stderr)
      const copies = await temporaryFolder('rimlight-mutations-')
      try {
        line.show('copying the sources')
        const trees = makeTrees(root, copies.folder, Math.min(atATime, chosen.length))
        const suitesOf = suites ?? nearest(root)
        const running = new Set<string>()
        let done = 0
        const show = () => line.show(`${done} of ${chosen.length} tried; now ${[...running].join(', ')}`)
        const trials = await tryAll(chosen, trees, suitesOf, {
          signal,
          onStart({ file }) {
            running.add(file)
            show()
          },
          onEnd(one) {
            done++
            running.delete(one.file)
            line.clear()
            if (!json) stdout.write(`${done}/${chosen.length} ${textOf(one)}\n`)
            show()
          },
        })
        line.clear()
        const report = reportOf(trials)
        stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : summaryOf(report))
        return isEnough(report) ? 0 : 1
      } finally {
        line.clear()
        close()
        await copies.remove()
      }
    },
  })

function jobsOf(text: string, remedy: string): number {
  const jobs = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (jobs >= 1 && jobs <= MOST_JOBS) return jobs
  const expected = `a number from 1 to ${MOST_JOBS}`
  throw unexpectedInput({ code: 'option-value', at: '--jobs', expected, found: JSON.stringify(text), remedy })
}

function nearest(root: string): (file: string) => Suites {
  const reach = reachOf(root, testsOfAll(root))
  return (file) => suitesFor(root, reach, file)
}

if (import.meta.main) {
  process.exitCode = await mutationsCommand(ROOT, MUTATIONS)(process.argv.slice(2), process.stdout, process.stderr)
}
