import { describe, expect, it } from 'vitest'
import type { HeaderLine } from '../../../../../local/protocol/messages.ts'
import { conditionOf } from '../../../../../local/workers/distribution/conditions.ts'

const MODIFIED = 'Tue, 15 Nov 1994 12:45:26 GMT'
const EARLIER = 'Mon, 14 Nov 1994 12:45:26 GMT'
const LATER = 'Wed, 16 Nov 1994 12:45:26 GMT'

type Case = [
  rule: string,
  method: string,
  headers: HeaderLine[],
  entity: Partial<Record<'etag' | 'lastModified', string>>,
  expected: string,
]

const CASES: Case[] = [
  ['no condition', 'GET', [], {}, 'proceed'],

  ['13.1.1: the tag', 'GET', [['if-match', '"a"']], {}, 'proceed'],
  ['13.1.1: one of several', 'GET', [['if-match', '"x", "a"']], {}, 'proceed'],
  [
    '13.1.1: on several lines',
    'GET',
    [
      ['if-match', '"x"'],
      ['if-match', '"a"'],
    ],
    {},
    'proceed',
  ],
  ['13.1.1: any', 'GET', [['if-match', '*']], {}, 'proceed'],
  ['13.1.1: another tag', 'GET', [['if-match', '"b"']], {}, 'precondition-failed'],
  ['13.1.1: compared strongly', 'GET', [['if-match', 'W/"a"']], { etag: 'W/"a"' }, 'precondition-failed'],
  ['13.1.1: an object without a tag', 'GET', [['if-match', '"a"']], { etag: '' }, 'precondition-failed'],
  ['13.1.1: no tag in it', 'GET', [['if-match', 'a']], {}, 'proceed'],

  ['13.1.4: not changed since', 'GET', [['if-unmodified-since', LATER]], {}, 'proceed'],
  ['13.1.4: at that very time', 'GET', [['if-unmodified-since', MODIFIED]], {}, 'proceed'],
  ['13.1.4: changed since', 'GET', [['if-unmodified-since', EARLIER]], {}, 'precondition-failed'],
  ['13.1.4: no date', 'GET', [['if-unmodified-since', 'yesterday']], {}, 'proceed'],
  ['13.1.4: an object without a date', 'GET', [['if-unmodified-since', EARLIER]], { lastModified: '' }, 'proceed'],
  [
    '13.2.2: If-Match is there, the date does not count',
    'GET',
    [
      ['if-unmodified-since', EARLIER],
      ['if-match', '"a"'],
    ],
    {},
    'proceed',
  ],

  ['13.1.2: the tag', 'GET', [['if-none-match', '"a"']], {}, 'not-modified'],
  ['13.1.2: HEAD as well', 'HEAD', [['if-none-match', '"a"']], {}, 'not-modified'],
  ['13.1.2: compared weakly', 'GET', [['if-none-match', 'W/"a"']], {}, 'not-modified'],
  ['13.1.2: weakly from the other side', 'GET', [['if-none-match', '"a"']], { etag: 'W/"a"' }, 'not-modified'],
  ['13.1.2: one of several', 'GET', [['if-none-match', '"x","a"']], {}, 'not-modified'],
  ['13.1.2: a comma within the quotes', 'GET', [['if-none-match', '"x,a"']], {}, 'proceed'],
  ['13.1.2: any', 'GET', [['if-none-match', '*']], {}, 'not-modified'],
  ['13.1.2: another tag', 'GET', [['if-none-match', '"b"']], {}, 'proceed'],
  ['13.1.2: an object without a tag', 'GET', [['if-none-match', '"a"']], { etag: '' }, 'proceed'],
  ['13.1.2: other methods fail', 'PUT', [['if-none-match', '*']], {}, 'precondition-failed'],
  ['13.1.2: a tag without quotes is none', 'GET', [['if-none-match', 'a']], {}, 'proceed'],
  [
    '13.2.2: If-None-Match is there, the date does not count',
    'GET',
    [
      ['if-none-match', '"b"'],
      ['if-modified-since', LATER],
    ],
    {},
    'proceed',
  ],
  [
    '13.2.2: what is no If-None-Match leaves the date to count',
    'GET',
    [
      ['if-none-match', 'b'],
      ['if-modified-since', LATER],
    ],
    {},
    'not-modified',
  ],

  ['13.1.3: not changed since', 'GET', [['if-modified-since', LATER]], {}, 'not-modified'],
  ['13.1.3: at that very time', 'GET', [['if-modified-since', MODIFIED]], {}, 'not-modified'],
  ['13.1.3: changed since', 'GET', [['if-modified-since', EARLIER]], {}, 'proceed'],
  ['13.1.3: HEAD as well', 'HEAD', [['if-modified-since', MODIFIED]], {}, 'not-modified'],
  ['13.1.3: GET and HEAD alone', 'OPTIONS', [['if-modified-since', LATER]], {}, 'proceed'],
  ['13.1.3: no date', 'GET', [['if-modified-since', '']], {}, 'proceed'],
  ['13.1.3: an object without a date', 'GET', [['if-modified-since', LATER]], { lastModified: '' }, 'proceed'],
  ['13.1.3: an object whose date is none', 'GET', [['if-modified-since', LATER]], { lastModified: 'x' }, 'proceed'],
  [
    '5.6.7: the format of RFC 850',
    'GET',
    [['if-modified-since', 'Wednesday, 16-Nov-94 12:45:26 GMT']],
    {},
    'not-modified',
  ],
  ['5.6.7: the format of asctime', 'GET', [['if-modified-since', 'Wed Nov 16 12:45:26 1994']], {}, 'not-modified'],

  [
    '13.2.2: a failed If-Match comes before an If-None-Match',
    'GET',
    [
      ['if-none-match', '"a"'],
      ['if-match', '"b"'],
    ],
    {},
    'precondition-failed',
  ],
]

describe('conditionOf: RFC 9110', () => {
  it.each(CASES)('%s', (_rule, method, headers, entity, expected) => {
    expect(conditionOf(method, headers, { etag: '"a"', lastModified: MODIFIED, ...entity })).toBe(expected)
  })
})
