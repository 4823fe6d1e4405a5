import { mkdir } from 'node:fs/promises'
import type { Page } from 'playwright-core'

/** Keeps a picture where one asks for them by the environment. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['RUNWRIGHT_PICTURES']
  if (folder === undefined) return
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: `${folder}/${name}.png` })
}
