import type { Picture } from './picture.ts'

type Page = Parameters<Picture['arrange']>[0]['page']

/** Drags its edge a little to the right. */
export async function widenSideBar(page: Page, byPixels = 60): Promise<void> {
  const sideBar = await page.locator('.part.sidebar').boundingBox()
  if (sideBar === null) throw new Error('The side bar is not shown.')
  const edge = sideBar.x + sideBar.width
  await page.mouse.move(edge, 400)
  await page.mouse.down()
  await page.mouse.move(edge + byPixels, 400, { steps: 4 })
  await page.mouse.up()
}
