/** What no file of the project may hold. The patterns are put together, so that this file holds none of it either. */
import { lineAt } from './sources.ts'

const either = (...words: string[]) => `(?:${words.join('|')})`

const FORBIDDEN: readonly { what: string; pattern: RegExp }[] = [
  {
    what: 'the host of a registry',
    pattern: new RegExp(`\\b${either('registry', 'npm', 'artifactory', 'nexus')}\\.[a-z0-9-]+\\.[a-z]{2,}\\b`, 'gi'),
  },
  {
    what: 'a path of one machine',
    pattern: new RegExp(`(?<![\\w.$}*-])/${either('work', 'home', 'Users', 'root')}/\\w`, 'g'),
  },
  { what: 'a path of one machine', pattern: /\b[A-Z]:\\Users\\/g },
  { what: 'what is left to do', pattern: new RegExp(`\\b${either('TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX')}\\b`, 'g') },
  {
    what: 'a test that keeps the others from running',
    pattern: new RegExp(`\\b${either('it', 'test', 'describe')}(?:\\.\\w+)*\\.${'on' + 'ly'}\\b`, 'g'),
  },
  { what: 'a mark of a merge', pattern: new RegExp(`^${either('<{7} ', '>{7} ')}`, 'gm') },
]

/** One line for each find. */
export const forbiddenIn = (file: string, text: string): string[] =>
  FORBIDDEN.flatMap(({ what, pattern }) =>
    [...text.matchAll(pattern)].map(({ index, 0: found }) => `${file}:${lineAt(text, index)} has ${what}: ${found}`),
  )
