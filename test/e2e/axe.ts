/** What axe-core, which knows the rules of WCAG, finds wrong with a page as it is at the moment. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type axe from 'axe-core'
import type { Page } from 'playwright-core'

const FILE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** @returns one line for each element and rule; empty: nothing is wrong */
export async function axeOf(page: Page): Promise<string[]> {
  // As the debugger's own: the page allows no scripts of others.
  await page.evaluate(await readFile(FILE, 'utf8'))
  const { violations, passes } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run())
  if (passes.length < 20) throw new Error(`expected axe to look at the page, found ${passes.length} rules that apply`)
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}): ${target.join(' ')}: ${failureSummary}`),
  )
}
