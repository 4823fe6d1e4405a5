import { setTimeout as delay } from 'node:timers/promises'
import type { Locator } from 'playwright-core'
import type { Workbench } from './workbench.ts'

/**
 * Answers the dialog that asks for a file. It writes its proposal some time after it has opened, once more when it has
 * read the folder, each time over what was typed by then, and takes no Enter while it looks at what was typed.
 *
 * @param proposed name of the file that it proposes, or what the path ends with
 * @throws {Error} when it does not within 30 s, or when it stays open
 */
export async function answerFileDialog(vscode: Workbench, proposed: string | RegExp, path: string): Promise<void> {
  const isProposed = (value: string) =>
    typeof proposed === 'string' ? value.endsWith(`/${proposed}`) : proposed.test(value)
  const deadline = Date.now() + 30_000
  const box = vscode.page.locator('.quick-input-widget').getByRole('textbox')
  await box.waitFor()
  while (!(await staysSo(box, isProposed))) {
    if (Date.now() > deadline) throw new Error(`${proposed} was not proposed, but ${await box.inputValue()}.`)
  }
  do {
    if (Date.now() > deadline) throw new Error(`The dialog stays open, with ${await box.inputValue()}.`)
    await box.fill(path)
    if (await staysSo(box, (value) => value === path)) await box.press('Enter')
  } while (!(await isGone(box)))
}

/** Whether nothing else is written there for half a second. */
async function staysSo(box: Locator, isMeant: (value: string) => boolean): Promise<boolean> {
  for (let times = 0; times < 10; times++) {
    if (!isMeant(await box.inputValue())) return false
    await delay(50)
  }
  return true
}

function isGone(box: Locator): Promise<boolean> {
  return box.waitFor({ state: 'hidden', timeout: 3000 }).then(
    () => true,
    () => false,
  )
}
