import fc from 'fast-check'
import { anyCharacter } from '../../any-character.ts'

/** Text dense in what means something to a path, a query or a pattern. */
export const anyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom(...'/.%?#&=+ aZ0~-_\\"é👍\n*', '%2e', '%2F', '%25', '%41', '%c3', '..', '//'),
      },
      { weight: 1, arbitrary: fc.string({ unit: anyCharacter, maxLength: 3 }) },
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

export const anyPath: fc.Arbitrary<string> = anyText.map((text) => `/${text}`)
