/** Why a function gets 15 parameters at most: what njs makes of those that nobody passes. */
import { describe, expect, it } from 'vitest'
import { hasNjs, NJS_MISSING, openNjs } from '../../../local/host/functions/njs.ts'
import { returnedValue } from '../../contract/case.ts'

const listOf = (count: number, text: (i: number) => string) => Array.from({ length: count }, (_, i) => text(i)).join()

/**
 * A function that is passed 1, 2 and so on, calls itself, is a callback, and is asked after a wait: what it is passed, which of the others
 * have a value, and whether all that it gives values keep them.
 */
const code = (count: number, passed: number) => {
  const names = listOf(count, (i) => `p${i}`)
  const set = Array.from({ length: count }, (_, i) => `p${i}='set${i}';`).join('')
  const f = `(${names})=>{const seen=[${names}];const first=p0;${set}
    const inner=first>0&&first<3?f(first-1).seen.slice(1).join(''):'';
    return{seen,inner,now:[${names}].join(),later:()=>[${names}].join()}}`
  return `const f=${f};
    async function handler(){const one=f(${listOf(passed, (i) => `${i + 1}`)});
      const mapped=[7].map(f)[0];await null;
      return{passed:one.seen.slice(0,${passed}).join(),others:one.seen.slice(${passed}).join(''),inner:one.inner,
        mapped:mapped.seen.slice(3).join(''),now:one.now,later:one.later()}}`
}

const shown = async (count: number, passed: number) => {
  const engine = await openNjs(code(count, passed))
  try {
    return returnedValue((await engine.run([{}]))[0])
  } finally {
    await engine.close()
  }
}

describe.skipIf(!hasNjs())(`parameters that nobody passes, in njs${hasNjs() ? '' : `: ${NJS_MISSING}`}`, () => {
  it.each([
    [4, 1],
    [14, 1],
    [15, 1],
    [15, 3],
    [15, 14],
    [15, 15],
  ])('have no value until they are given one: %i, of which %i are passed', async (count, passed) => {
    const set = listOf(count, (i) => `set${i}`)
    expect(await shown(count, passed)).toMatchObject({
      passed: listOf(passed, (i) => `${i + 1}`),
      others: '',
      inner: '',
      mapped: '',
      now: set,
      later: set,
    })
  })

  it('lose what is passed from 16 on', async () => {
    expect(await shown(16, 1)).toMatchObject({ passed: '' })
  })
})
