/** The workflows, by GitHub's own validator, and what it does not look at. */
import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { validate } from '@actions/languageservice'
import { describe, expect, it } from 'vitest'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { ROOT } from '../../base/root.ts'
import { textOf } from './sources.ts'

const FOLDER = '.github/workflows'
const workflows = readdirSync(join(ROOT, FOLDER))

/** It remembers what it has read by its URI. */
const uri = () => `file:///${FOLDER}/${randomUUID()}.yml`

async function problemsOf(text: string): Promise<string[]> {
  const found = await validate(TextDocument.create(uri(), 'yaml', 1, text), {})
  return found.map(({ message, range }) => `${range.start.line + 1}: ${message}`)
}

/** Actions by tag or branch: whoever owns them could put something else there. */
const unpinned = (text: string): string[] =>
  [...text.matchAll(/\buses: *(\S+)(.*)$/gm)].flatMap(([, action = '', comment = '']) =>
    /^[\w-]+\/[\w/-]+@[0-9a-f]{40}$/.test(action) && /^ # v\d+\.\d+\.\d+$/.test(comment) ? [] : [action],
  )

describe('workflows', () => {
  it('there are some', () => {
    expect(workflows).toEqual(['ci.yml', 'release.yml'])
  })

  it.each(workflows)('%s is one', async (name) => {
    expect(await problemsOf(textOf(`${FOLDER}/${name}`))).toEqual([])
  })

  it.each(workflows)('%s names actions by hash, with the version beside it', (name) => {
    const text = textOf(`${FOLDER}/${name}`)
    expect(text).toMatch(/\buses: /)
    expect(unpinned(text)).toEqual([])
  })

  it.each(workflows)('%s gives no permission to all jobs but to read', (name) => {
    expect(textOf(`${FOLDER}/${name}`)).toMatch(/^permissions:(?: \{\}|\n {2}contents: read)\n\n/m)
  })
})

describe('what is wrong is found', () => {
  const text = textOf(`${FOLDER}/release.yml`)
  it.each([
    ['a job that is not there', 'needs: build', 'needs: builds', 'builds'],
    ['a permission that is not there', 'attestations: write', 'attestation: write', "Unexpected value 'attestation'"],
    ['a key that is not there', 'timeout-minutes', 'timeout-minuts', "Unexpected value 'timeout-minuts'"],
    [
      'a matrix value that is not there',
      'matrix.runner }}\n    timeout',
      'matrix.ruler }}\n    timeout',
      'invalid: ruler',
    ],
    ['a context that is not there', 'github.ref_name }}', 'githb.ref_name }}', "Unrecognized named-value: 'githb'"],
  ])('%s', async (_, from, to, message) => {
    expect(text).toContain(from)
    expect((await problemsOf(text.replace(from, to))).join('\n')).toContain(message)
  })

  it('an action by its tag', () => {
    expect(unpinned('  - uses: actions/checkout@v6')).toEqual(['actions/checkout@v6'])
    expect(unpinned(`  - uses: actions/checkout@${'a'.repeat(40)}`)).toEqual([`actions/checkout@${'a'.repeat(40)}`])
  })
})
