/** CHANGELOG.md, in the form of Keep a Changelog 1.1.0: what is wrong with it, and what it says of a version. */

const KINDS = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']

type Section = {
  /** `1.2.0`, or `Unreleased`. */
  name: string
  /** `2026-11-30`; empty: none. */
  date: string
  text: string
}

export function sectionsOf(changelog: string): Section[] {
  const [, ...parts] = changelog.split(/^## /m)
  return parts.map((part) => {
    const [heading = '', ...lines] = part.split('\n')
    const [, name = heading.trim(), date = ''] = /^(\S+)(?: - (\S+))?\s*$/.exec(heading) ?? []
    return { name, date, text: lines.join('\n').trim() }
  })
}

/** What changed in a version, as Markdown. `undefined`: it is not there, or says nothing. */
export const changesIn = (changelog: string, version: string): string | undefined =>
  sectionsOf(changelog).find(({ name }) => name === version)?.text || undefined

/** One line for each mistake of form. @param version that package.json has: the next to be released, or the last that was */
export function changelogProblems(changelog: string, version: string): string[] {
  const [first, ...released] = sectionsOf(changelog)
  if (first?.name !== 'Unreleased') return ['expected ## Unreleased before all versions']
  const [last] = released
  const isStale = last !== undefined && compareVersions(last.name, version) > 0
  return [
    ...released.flatMap(releaseProblems),
    ...(isStale ? [`package.json has ${version}, which is older than ${last.name}`] : []),
    ...[first, ...released].flatMap(({ name, text }) => kindProblems(name, text)),
  ]
}

function releaseProblems({ name, date, text }: Section, index: number, all: readonly Section[]): string[] {
  if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(name)) return [`${name}: expected a version, such as 1.2.0`]
  const before = all[index + 1]
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(Date.parse(date))
  return [
    ...(isDate ? [] : [`${name}: expected a date, as in ## ${name} - 2026-11-30, found ${date || 'none'}`]),
    ...(text === '' ? [`${name}: expected what changed, found nothing`] : []),
    ...(before && compareVersions(name, before.name) <= 0
      ? [`${name}: expected a later version than ${before.name}`]
      : []),
    ...(before && isDate && date < before.date ? [`${name}: expected no earlier day than ${before.name}'s`] : []),
  ]
}

const kindProblems = (name: string, text: string): string[] =>
  text
    .split(/^### /m)
    .slice(text.startsWith('### ') ? 1 : 0)
    .flatMap((part) => {
      const [kind = '', ...lines] = part.split('\n')
      if (text !== '' && !KINDS.includes(kind.trim()))
        return [`${name}: expected ### ${KINDS.join(', ')}, found ${kind.trim()}`]
      return text === '' || lines.some((line) => line.startsWith('- ')) ? [] : [`${name}: ### ${kind} has no line`]
    })

/** Below 0: `a` is older. A version with a suffix is older than the one without. */
function compareVersions(a: string, b: string): number {
  const [numbersA, numbersB] = [a, b].map((version) => version.replace(/-.*/, '').split('.').map(Number)) as [
    number[],
    number[],
  ]
  const differing = numbersA.findIndex((number, index) => number !== numbersB[index])
  if (differing >= 0) return (numbersA[differing] ?? 0) - (numbersB[differing] ?? 0)
  return Number(b.includes('-')) - Number(a.includes('-'))
}
