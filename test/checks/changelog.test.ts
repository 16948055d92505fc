import { describe, expect, it, test } from 'vitest'
import { changelogProblems, changesIn, sectionsOf } from '../../build/changelog.ts'
import { publishProblems } from '../../build/publishable.ts'
import { textOf } from './sources.ts'

const project = JSON.parse(textOf('package.json'))
const changelog = textOf('CHANGELOG.md')

test('the changelog has the form that it says it has', () => {
  expect(sectionsOf(changelog).length).toBeGreaterThan(0)
  expect(changelogProblems(changelog, project.version)).toEqual([])
})

const GOOD = `# Changelog

Words.

## Unreleased

## 1.1.0 - 2026-11-30

### Added

- \`a\`

### Fixed

- b
  and more of it

## 1.0.0 - 2026-11-01

### Added

- c
`

describe('a changelog', () => {
  it('says what changed in a version', () => {
    expect(changelogProblems(GOOD, '1.1.0')).toEqual([])
    expect(changesIn(GOOD, '1.1.0')).toBe('### Added\n\n- `a`\n\n### Fixed\n\n- b\n  and more of it')
    expect([changesIn(GOOD, '1.2.0'), changesIn(GOOD, 'Unreleased')]).toEqual([undefined, undefined])
  })

  it.each([
    ['no place for what comes next', '## Unreleased\n', '', 'expected ## Unreleased before all versions'],
    ['no date', '1.1.0 - 2026-11-30', '1.1.0', '1.1.0: expected a date, as in ## 1.1.0 - 2026-11-30, found none'],
    [
      'a day that there is not',
      '2026-11-30',
      '2026-13-30',
      '1.1.0: expected a date, as in ## 1.1.0 - 2026-11-30, found 2026-13-30',
    ],
    ['another order', '## 1.1.0', '## 0.9.0', '0.9.0: expected a later version than 1.0.0'],
    ['an earlier day', '2026-11-30', '2026-10-30', "1.1.0: expected no earlier day than 1.0.0's"],
    ['no version', '## 1.1.0', '## next', 'next: expected a version, such as 1.2.0'],
    [
      'a kind of its own',
      '### Fixed',
      '### Mended',
      '1.1.0: expected ### Added, Changed, Deprecated, Removed, Fixed, Security, found Mended',
    ],
    ['a kind without a line', '- c\n', '', '1.0.0: ### Added has no line'],
    ['a version that is not released yet', '## 1.1.0', '## 1.2.0', 'package.json has 1.1.0, which is older than 1.2.0'],
  ])('with %s is told so', (_, from, to, problem) => {
    expect(GOOD).toContain(from)
    expect(changelogProblems(GOOD.replace(from, to), '1.1.0')).toEqual([problem])
  })

  it('may have a version before its release', () => {
    expect(changelogProblems(GOOD.replace('## 1.1.0', '## 1.1.0-beta.1'), '1.1.0')).toEqual([])
    expect(changelogProblems(GOOD, '1.1.0-beta.1')).toEqual([
      'package.json has 1.1.0-beta.1, which is older than 1.1.0',
    ])
  })
})

describe('what is published', () => {
  const url = 'git+https://github.com/someone/rimlight.git'
  const problems = (repository: unknown, source?: string, version = '1.1.0') =>
    publishProblems({ version, repository }, GOOD, source)

  it.each([
    [{ type: 'git', url }, undefined],
    [{ type: 'git', url }, 'someone/rimlight'],
    ['git@github.com:someone/rimlight.git', 'someone/rimlight'],
    ['https://github.com/someone/rimlight', 'someone/rimlight'],
  ])('comes from %j, in %s', (repository, source) => expect(problems(repository, source)).toEqual([]))

  it('says where it comes from', () => {
    expect(problems(undefined, 'someone/rimlight')).toEqual([
      `package.json: expected the repository that this is published from, found none; add "repository": { "type": "git", "url": "${url}" }`,
    ])
    expect(problems({ type: 'git', url }, 'another/rimlight')).toEqual([
      `package.json: expected the repository that this is published from, found "${url}"; add "repository": { "type": "git", "url": "git+https://github.com/another/rimlight.git" }`,
    ])
  })

  it('says what changed', () => {
    expect(problems(url, undefined, '1.2.0')).toEqual([
      'CHANGELOG.md: expected what changed in 1.2.0, found nothing; move the lines of Unreleased below ## 1.2.0 - DATE',
    ])
  })
})
