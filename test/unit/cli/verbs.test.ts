import { spawnSync } from 'node:child_process'
import { existsSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { main } from '../../../cli/verbs.ts'
import { output } from './kit/fixture-output.ts'

async function run(...args: string[]) {
  const stdout = output()
  const stderr = output()
  const code = await main(args, stdout, stderr)
  return { code, stdout: stdout.said(), stderr: stderr.said() }
}

const listedIn = (help: string): string[] => [...help.matchAll(/^ {2}([a-z]+) {2}/gm)].map(([, verb = '']) => verb)

const verbs = listedIn((await run('--help')).stdout)

/** Verbs with the verbs under them, as they are typed: `logs report`. */
const commands = (
  await Promise.all(
    verbs.map(async (verb) => {
      const help = (await run(verb, '--help')).stdout
      return help.startsWith(`Usage: rimlight ${verb} VERB `)
        ? listedIn(help).map((under) => `${verb} ${under}`)
        : [verb]
    }),
  )
).flat()

describe('rimlight', () => {
  it('lists its verbs, and has more of them than files in deploy/', () => {
    expect(verbs).toEqual(expect.arrayContaining(['build', 'start', 'replay', 'release', 'invalidate']))
    const commands = readdirSync(new URL('../../../deploy', import.meta.url)).filter((name) => name.endsWith('.ts'))
    const named = commands.map((name) => name.replace('.ts', '')).filter((name) => name !== 'cdk')
    expect(verbs).toEqual(expect.arrayContaining(named))
  })

  it.each(commands)('%s --help says what it takes, in lines that fit', async (verb) => {
    const { code, stdout, stderr } = await run(...verb.split(' '), '--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^Usage: rimlight ${verb} \\S`))
    expect(stdout).toMatch(/^ {2}--help +print this$/m)
    expect(stdout).toMatch(/\nExit code: 0 .*2 .*\.\n$/s)
    expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([])
  })

  it('without a verb it prints them, and that is wrong usage', async () => {
    expect(await run()).toEqual({ ...(await run('--help')), code: 2 })
  })

  it('--version', async () => {
    expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it.each(['publsh', 'constructor'])('%s is none', async (word) => {
    expect(await run(word)).toEqual({
      code: 2,
      stdout: '',
      stderr: `expected a verb, found "${word}"; \`rimlight --help\` has the list\n`,
    })
  })

  it('says so where what it prints finds no room', ({ skip }) => {
    skip(!existsSync('/dev/full'), 'there is no /dev/full here')
    const args = [join(ROOT, 'cli/rimlight.mjs'), '--help']
    const stdio = ['ignore', openSync('/dev/full', 'w'), 'pipe'] as const
    const { status, stderr } = spawnSync(process.execPath, args, { stdio: [...stdio], encoding: 'utf8' })
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/^the output can't be written: ENOSPC: /)
  })
})
