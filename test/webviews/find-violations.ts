import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { RunOptions } from 'axe-core'
import type { Frame, Page } from 'playwright-core'

/** The rules of WCAG 2.2 AA, without what axe recommends beyond them. */
export const wcagRules: RunOptions = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }

/**
 * What axe finds in a page or frame, a line for each element at fault: the rule, the element, and what is wrong with it.
 *
 * @param within a selector of the parts to look at; default: all of the page
 */
export async function findViolations(
  page: Pick<Page | Frame, 'evaluate'>,
  within = ':root',
  options: RunOptions = {},
): Promise<string[]> {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  const found: unknown = await page.evaluate(
    `axe.run(${JSON.stringify(within)}, ${JSON.stringify(options)}).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary)))`,
  )
  // SAFETY: the expression above makes texts of axe's documented result.
  return found as string[]
}
