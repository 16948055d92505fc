/** What `rimlight init` has to know: said by options, asked of a person, or examples in their place. */
import { InputError, Interrupted, joinedError, unexpectedInput } from '../../base/errors.ts'
import { checkConfig } from '../../build/config.ts'
import { ConfigError } from '../../build/error.ts'
import type { AskText } from '../kit/ask.ts'
import { EXAMPLE_ANSWERS, type SiteAnswers, starterConfig } from './starter.ts'

type Name = keyof SiteAnswers

/** By option; a text each. `undefined`: not said. */
export type GivenAnswers = Readonly<Record<Name, string | undefined>>

type Question = {
  option: string
  question: string
  /** Paths of the config that this answers, as errors name them. */
  paths: RegExp
  read(text: string): Partial<SiteAnswers>
}

const listOf = (text: string): string[] => text.split(',').flatMap((item) => item.trim() || [])

/** In the order in which they are asked. */
const QUESTIONS: Readonly<Record<Name, Question>> = {
  domains: {
    option: '--domain',
    question: 'Host name that viewers use (several with commas)',
    paths: /^domains/,
    read: (text) => ({ domains: listOf(text) }),
  },
  bucket: {
    option: '--bucket',
    question: 'S3 bucket that holds the files',
    paths: /^origins\.photos\.bucket/,
    read: (text) => ({ bucket: text }),
  },
  region: {
    option: '--region',
    question: 'Region of the bucket',
    paths: /^origins\.photos\.region/,
    read: (text) => ({ region: text }),
  },
  formats: {
    option: '--images',
    question: 'Formats to convert images to: avif,webp, webp or none',
    paths: /\.images/,
    read: (text) => ({ formats: text === 'none' ? [] : listOf(text) }),
  },
  api: {
    option: '--api',
    question: 'Host name of an API for /api/*, or none',
    paths: /^origins\.api/,
    read: (text) => ({ api: text === 'none' ? '' : text.replace(/^https:\/\//, '').replace(/\/+$/, '') }),
  },
}

const NAMES = Object.keys(QUESTIONS) as Name[]

/** As a person would type it. */
const exampleText = (name: Name): string => [EXAMPLE_ANSWERS[name]].flat().join() || 'none'

/** What is wrong with one answer, as the config's check has it. */
function problemOf(name: Name, text: string): InputError | undefined {
  const { option, paths, read } = QUESTIONS[name]
  try {
    checkConfig(starterConfig({ ...EXAMPLE_ANSWERS, ...read(text) }).config, option)
    return undefined
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const problem = error.problems.find(({ path }) => paths.test(path)) ?? error.problems[0]
    if (!problem) throw error
    const { expected, found } = problem
    return unexpectedInput({ at: option, code: 'option-value', expected, found })
  }
}

/**
 * @param ask null: nobody can be asked
 * @param takesExamples what is not said is taken from the examples, and nobody is asked
 * @throws InputError with all that is wrong or missing, Interrupted where the person left
 */
export async function answersOf(
  given: GivenAnswers,
  {
    ask,
    takesExamples,
    say,
    hint,
  }: { ask: AskText | null; takesExamples: boolean; say(text: string): void; hint: string },
): Promise<SiteAnswers> {
  const problems = NAMES.flatMap((name) => {
    const text = given[name]
    return text === undefined ? [] : (problemOf(name, text) ?? [])
  })
  if (problems.length > 0) throw joinedError(problems)
  if (!takesExamples && !ask) throwIfMissing(given, hint)

  let answers = EXAMPLE_ANSWERS
  for (const name of NAMES) {
    const text = given[name] ?? (takesExamples || !ask ? exampleText(name) : await asked(name, ask, say))
    answers = { ...answers, ...QUESTIONS[name].read(text) }
  }
  return answers
}

/** Without these there is no site; images and an API have defaults that say little. */
const NEEDED: readonly Name[] = ['domains', 'bucket', 'region']

function throwIfMissing(given: GivenAnswers, hint: string): void {
  const missing = NEEDED.filter((name) => given[name] === undefined).map((name) => QUESTIONS[name].option)
  if (missing.length === 0) return
  const expected = missing.join(', ')
  throw new InputError(
    `expected ${expected}, since stdin is no terminal and nobody can be asked; --yes takes examples in their place; ${hint}`,
    { code: 'option-missing', expected, found: 'no terminal at stdin' },
  )
}

async function asked(name: Name, ask: AskText, say: (text: string) => void): Promise<string> {
  for (;;) {
    const answer = await ask(`${QUESTIONS[name].question} [${exampleText(name)}]: `)
    if (answer === null) throw new Interrupted('Interrupted: nothing was written.')
    const text = answer.trim() || exampleText(name)
    const problem = problemOf(name, text)
    if (!problem) return text
    say(`${problem.message.replace(`${QUESTIONS[name].option}: `, '')}\n`)
  }
}
