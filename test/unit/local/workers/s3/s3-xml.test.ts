import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { assertRoot, document, element, insideOf, textIn, timeText } from '../../../../../local/workers/s3/s3-xml.ts'
import { anyCharacter } from '../../../../any-character.ts'

test('a document has its elements, and its text escaped', () => {
  expect(
    document('List', [
      element('Name', 'a<b>&"c"\r'),
      element('Size', 3),
      element('Gone', undefined),
      element('Owner', []),
    ]),
  ).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<List xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>a&lt;b&gt;&amp;&quot;c&quot;&#13;</Name><Size>3</Size><Owner></Owner></List>',
  )
  expect(document('Error', '', false)).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<Error></Error>')
})

test('text survives', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      expect(textIn(document('A', [element('B', text)]), 'B')).toBe(text)
    }),
  )
})

test('times are whole seconds', () => {
  expect(timeText(Date.UTC(2026, 10, 20, 12, 0, 0, 999))).toBe('2026-11-20T12:00:00.000Z')
})

describe('text of others', () => {
  it.each([
    ['named references', '<Key>&lt;&gt;&amp;&quot;&apos;</Key>', '<>&"\''],
    ['decimal and hexadecimal ones', '<Key>&#233;&#xE9;&#x1F600;</Key>', 'éé😀'],
    ['CDATA', '<Key>a<![CDATA[<b>&amp;]]>c</Key>', 'a<b>&amp;c'],
    ['space, which belongs to a key', '<Key> a\n</Key>', ' a\n'],
    ['attributes', '<Key xmlns="a">b</Key >', 'b'],
    ['another element of a longer name before it', '<KeyMarker>a</KeyMarker><Key>b</Key>', 'b'],
  ])('%s', (_name, xml, expected) => {
    expect(textIn(xml, 'Key')).toBe(expected)
  })

  it.each([
    ['a reference to nothing', '<Key>&nbsp;</Key>', '&nbsp; has no place in text'],
    ['a code point that there is not', '<Key>&#x110000;</Key>', '&#x110000; has no place in text'],
    ['a raw &', '<Key>a&b</Key>', '& has no place in text'],
    ['an element', '<Key>a<b/></Key>', '< has no place in text'],
  ])('refused: %s', (_name, xml, why) => {
    expect(() => textIn(xml, 'Key')).toThrow(
      expect.objectContaining({ code: 'MalformedXML', message: `The body is not the XML it should be: ${why}.` }),
    )
  })

  it('has elements one by one', () => {
    expect([...insideOf('<A><B>1</B><B>2</B><C>3</C></A>', 'B')]).toEqual(['1', '2'])
    expect(textIn('<A></A>', 'B')).toBeUndefined()
  })
})

describe('the root', () => {
  it.each(['<A></A>', '\uFEFF<?xml version="1.0"?>\n<A xmlns="b">c</A>\n', '  <A>b</A>'])('is there in %j', (xml) => {
    expect(() => assertRoot(xml, 'A')).not.toThrow()
  })

  it.each(['', '<B></B>', '<A>', '<Ab></Ab>', 'text', '{"A":1}', '<A></A><B>'])('is not there in %j', (xml) => {
    expect(() => assertRoot(xml, 'A')).toThrow('The body is not the XML it should be: expected one element A.')
  })
})
