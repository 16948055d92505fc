/** `npm run bench:worst`: what the built CloudFront Function costs at most in njs, and whether CloudFront would run it. */
import { readFileSync } from 'node:fs'
import { InputError } from '../../base/errors.ts'
import { makeSite } from '../../build/site.ts'
import { defineCommand } from '../../cli/kit/command.ts'
import { statusLine } from '../../cli/kit/output.ts'
import { missingForCosts } from '../../local/host/functions/njs-cost.ts'
import { type HostileReport, measureHostile } from './hostile-urls.ts'
import { isOver, type Measured, measured, rowOf, worstFirst, worstOf } from './worst-costs.ts'
import { WORST, type WorstRequest } from './worst-requests.ts'
import { nextRequests } from './worst-search.ts'
import { type WorstSite, worstSites } from './worst-sites.ts'

/** Requests of a round of the search, and how many of the worst the next are made from. */
const OF_A_ROUND = 100
const PARENTS = 20

type Group = { title: string; requests: number; instructions: number; bytes: number; over: Measured[] }
type SiteReport = { site: string; bytes: number; groups: Group[]; hostile: HostileReport | null }

const main = defineCommand({
  name: 'npm run bench:worst --',
  usage: '[--site TEXT] [--rounds N] [--seed N] [--urls FILE…] [--json]',
  about: `Measures calls of the built function, in njs: instructions, as valgrind counts them, and memory. CloudFront gives a call 2 MB
and a time that it does not tell; here no request that it lets in may take more than 1,500,000 bytes or 2,000,000 instructions.

For each of four sites (one of five routes; pictures with every parameter; private by tokens; private by signatures): a table of
requests that were made to be the worst; requests that are searched for, at random and crossed from the worst so far; and the
lines of files, each a URL, a path, or what is to be put into one. Of those it also says which throw, and which go on though
their readings lead to several routes. Four minutes for a site, and six more for 44,000 lines.`,
  options: {
    site: { type: 'string', value: 'TEXT', about: 'the sites whose name holds this' },
    rounds: { type: 'string', value: 'N', about: `rounds of the search, of ${OF_A_ROUND} requests each`, default: '5' },
    seed: { type: 'string', value: 'N', about: 'where the search begins', default: '20261130' },
    urls: { type: 'string', value: 'FILE', about: 'hostile URLs, one a line', multiple: true },
    show: { type: 'boolean', about: 'print the worst requests whole' },
    json: { type: 'boolean', about: 'print one JSON document; call it as npm run --silent bench:worst' },
  },
  examples: ['npm run bench:worst -- --site tokens --rounds 10', 'npm run bench:worst -- --rounds 0 --urls urls.txt'],
  exitCode:
    '0 all within bounds; 1 something is over, throws, or goes on with several routes; 2 wrong usage, or no njs or valgrind',
  async run(values, { stdout, stderr }) {
    const missing = missingForCosts()
    if (missing.length > 0) {
      const message = `this benchmark needs ${missing.join(' and ')}: apt-get install ${missing.join(' ')}`
      throw new InputError(message, { code: 'missing-tools', expected: 'njs and valgrind', found: 'none' })
    }
    const [rounds, seed] = [numberOf('--rounds', values.rounds), numberOf('--seed', values.seed)]
    const sites = worstSites().filter(({ name }) => name.includes(values.site ?? ''))
    if (sites.length === 0) {
      const expected = `a part of ${worstSites()
        .map(({ name }) => name)
        .join(', ')}`
      throw new InputError(`--site: expected ${expected}, found ${values.site}`, { code: 'option-value', expected })
    }
    const lines = [...new Set(values.urls.flatMap(linesOf))]
    const line = statusLine(stderr)
    const say = (text: string) => values.json || stdout.write(`${text}\n`)
    const reports: SiteReport[] = []
    for (const site of sites) {
      line.show(`${site.name}: building`)
      const { built } = await makeSite(site.settings)
      const code = built.find(({ target }) => target.kind === 'function')?.content.toString() ?? ''
      line.clear()
      say(`\n${site.name}: ${code.length.toLocaleString('en')} bytes of code`)
      const report: SiteReport = { site: site.name, bytes: code.length, groups: [], hostile: null }
      reports.push(report)
      const add = (title: string, all: readonly Measured[]) => {
        line.clear()
        const group = groupOf(title, all)
        report.groups.push(group)
        say(groupText(group, all, values.show))
      }
      line.show(`${site.name}: the table`)
      const table = await measured(code, Object.entries(WORST), site.keyValues)
      line.clear()
      for (const one of table) say(rowOf(one))
      add('the table', table)
      if (rounds > 0)
        add('searched for', await searched(code, site, table, { rounds, seed }, (text) => line.show(text)))
      if (lines.length === 0) continue
      report.hostile = await measureHostile(code, site, lines, (text) => line.show(`${site.name}: ${text}`))
      line.clear()
      say(hostileText(report.hostile))
    }
    if (values.json) stdout.write(`${JSON.stringify(reports, null, 2)}\n`)
    return reports.every(isFine) ? 0 : 1
  },
})

function numberOf(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InputError(`${option}: expected a number, found ${text}`, { code: 'option-value', found: text })
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line !== '')
  } catch (cause) {
    const message = `--urls: expected a file that can be read, found ${file}: ${(cause as Error).message}`
    throw new InputError(message, { code: 'file-not-found', found: file, cause })
  }
}

async function searched(
  code: string,
  site: WorstSite,
  from: readonly Measured[],
  { rounds, seed }: { rounds: number; seed: number },
  show: (text: string) => void,
): Promise<Measured[]> {
  const found: Measured[] = []
  for (let round = 0; round < rounds; round += 1) {
    show(`${site.name}: round ${round + 1} of ${rounds}`)
    const parents = [...from, ...found]
      .toSorted(worstFirst)
      .slice(0, PARENTS)
      .map(({ request }) => request)
    const requests = nextRequests(parents, OF_A_ROUND, seed + round)
    const named = requests.map((request) => [outline(request), request] as const)
    found.push(...(await measured(code, named, site.keyValues)))
  }
  return found
}

/** What it is, for a line of a report. */
const outline = ({ uri, query = '', headers = {}, cookies = {} }: WorstRequest): string =>
  [
    `${uri.length} of ${uri.slice(0, 14)}`,
    `${query.length} of ${query.slice(0, 10)}`,
    `Accept of ${headers.accept?.length ?? 0}`,
    `${headers.authorization?.length ?? 0} of a token`,
    `${Object.keys(cookies).length} cookies`,
  ]
    .join(', ')
    .replaceAll(/[^ -~]/g, '.')

function groupOf(title: string, all: readonly Measured[]): Group {
  const { instructions, bytes } = worstOf(all)
  return {
    title,
    requests: all.length,
    instructions: instructions.cost.instructions,
    bytes: bytes.cost.bytes,
    over: all.filter(isOver),
  }
}

function groupText({ title, over }: Group, all: readonly Measured[], isShown: boolean): string {
  const { instructions, bytes } = worstOf(all)
  const shown = isShown ? [instructions, ...over].map(({ request }) => JSON.stringify(request)) : []
  return [
    `${title}: ${all.length.toLocaleString('en')}, the most instructions and the most memory of`,
    rowOf(instructions),
    rowOf(bytes),
    ...over.map((one) => `over: ${rowOf(one)}`),
    ...shown,
  ].join('\n')
}

const hostileText = ({ urls, most, thrown, ambiguous, over }: HostileReport): string =>
  [
    `hostile URLs: ${urls.toLocaleString('en')}, ${thrown.length} throw, ${ambiguous.length} of several routes go on`,
    `none takes more than ${most.instructions.toLocaleString('en')} and ${(most.bytes / 1e6).toFixed(2)} MB`,
    ...[...thrown, ...ambiguous].slice(0, 10).map((text) => `  ${JSON.stringify(text)}`),
    ...over.map((one) => `over: ${rowOf(one)}`),
  ].join('\n')

const isFine = ({ groups, hostile }: SiteReport): boolean =>
  groups.every(({ over }) => over.length === 0) &&
  (hostile === null || hostile.thrown.length + hostile.ambiguous.length + hostile.over.length === 0)

process.exitCode = await main(process.argv.slice(2), process.stdout, process.stderr)
