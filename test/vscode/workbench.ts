import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Locator, type Page } from 'playwright-core'
import { linkExtension, openCodeServer } from './code-server.ts'

/** A VS Code window in a browser, and the verbs a user has in it. Disposing it closes window, server and all data. */
export interface Workbench extends AsyncDisposable {
  readonly page: Page
  /** Shows Runwright's views in the side bar. */
  showRunwright(): Promise<void>
  /** Rows in the side bar by what a screen reader says of them, for example `Run calm-otter-42, finished, …`. */
  row(spoken: string | RegExp): Locator
  /** Opens a closed row by its twistie's key, and waits until it is open. */
  expand(row: Locator): Promise<void>
  /** Chooses an entry of a row's context menu. */
  chooseFromMenu(row: Locator, entry: string): Promise<void>
  /** Presses a button that a row or a view's title shows while the mouse is over it. */
  pressAction(place: Locator, title: string): Promise<void>
  /** Runs a command by its whole title in the palette, for example `Runwright: Refresh`. */
  runCommand(title: string): Promise<void>
  /** The titles that the palette offers for a word. */
  listCommands(word: string): Promise<string[]>
  /** Types into the open input box or list, and accepts. */
  answer(text: string): Promise<void>
  /** The entries of the open quick pick. */
  picks(): Locator
  /**
   * Milliseconds from the start of `act` until the side bar contains `text`, to within a frame: taken in the window,
   * whose clock is this process's.
   */
  timeUntilShown(text: string, act: () => Promise<unknown>): Promise<number>
  /** Notifications on screen that contain this text. */
  notification(text: string | RegExp): Locator
  /** Replaces the settings of the opened folder, as editing its file does. */
  changeFolderSettings(settings: Readonly<Record<string, unknown>>): Promise<void>
  /** Developer: Reload Window; returns when the new window is ready. */
  reload(): Promise<void>
}

export interface WorkbenchOptions {
  /** Absolute path of the folder or of the `.code-workspace` file to open. */
  readonly workspace: string
  /** Default: the extension of this repository, linked. Else a folder with installed extensions. */
  readonly extensionsFolder?: string
  readonly settings?: Readonly<Record<string, unknown>>
  /** Default: false. */
  readonly asksForTrust?: boolean
  /** Of the window, in CSS pixels. Default: 1280 × 800. */
  readonly size?: { readonly width: number; readonly height: number }
  /** Device pixels per CSS pixel. Default: 1. */
  readonly scale?: number
}

/** Nothing on screen that is not ours, and nothing that moves or calls home. */
const quietSettings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'git.openRepositoryInParentFolders': 'never',
  'update.mode': 'none',
  'window.commandCenter': false,
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
}

const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Opens VS Code in a browser window on a workspace and waits until Runwright's icon is in the activity bar. */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  await using resources = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'runwright-vscode-'))
  resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  const dataFolder = join(folder, 'data')
  const extensionsFolder = options.extensionsFolder ?? join(folder, 'extensions')
  if (options.extensionsFolder === undefined) await linkExtension(extensionsFolder)

  await writeSettings(join(dataFolder, 'data/User'), { ...quietSettings, ...options.settings })

  const asksForTrust = options.asksForTrust ?? false
  const server = resources.use(await openCodeServer({ dataFolder, extensionsFolder, asksForTrust }))
  const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags })
  resources.defer(() => browser.close())
  const context = await browser.newContext({
    viewport: options.size ?? { width: 1280, height: 800 },
    deviceScaleFactor: options.scale ?? 1,
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const kind = options.workspace.endsWith('.code-workspace') ? 'workspace' : 'folder'
  await page.goto(`${server.url}?${kind}=${encodeURIComponent(options.workspace)}`)
  const verbs = createVerbs(page)
  await verbs.waitUntilReady()

  const open = resources.move()
  return {
    ...verbs,
    page,
    changeFolderSettings: (settings) => writeSettings(join(options.workspace, '.vscode'), settings),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

async function writeSettings(folder: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'settings.json'), JSON.stringify(settings, undefined, 2))
}

/** Chromium's own environment variable for it in CI images comes first. */
function findChromium(): string {
  const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  const found = [process.env['CHROME_BIN'] ?? '', ...candidates].find((path) => path !== '' && existsSync(path))
  if (found === undefined) throw new Error(`There is no Chromium: install one, or name it in CHROME_BIN.`)
  return found
}

/** What `findTimeShown` needs of the window, where it runs. */
declare const document: { querySelector(selector: string): { readonly textContent: string } | null }

function findTimeShown(text: string): number | undefined {
  return document.querySelector('.part.sidebar')?.textContent.includes(text) ? Date.now() : undefined
}

function createVerbs(page: Page) {
  const quickInput = page.locator('.quick-input-widget')
  const quickText = quickInput.getByRole('textbox')
  const picks = () => quickInput.locator('.monaco-list-row')
  const sideBar = page.locator('.part.sidebar')
  const runwrightTab = page.locator('.activitybar').getByRole('tab', { name: 'Runwright' })

  async function waitUntilReady(): Promise<void> {
    await runwrightTab.waitFor({ timeout: 60_000 })
  }

  async function openPalette(text: string): Promise<void> {
    await page.keyboard.press('F1')
    await quickText.fill(`>${text}`)
  }

  return {
    waitUntilReady,

    async showRunwright(): Promise<void> {
      if ((await runwrightTab.getAttribute('aria-selected')) !== 'true') await runwrightTab.click()
      await sideBar.getByRole('heading', { name: 'Runwright' }).waitFor()
    },

    row(spoken: string | RegExp): Locator {
      return sideBar.getByRole('treeitem', { name: spoken })
    },

    async expand(row: Locator): Promise<void> {
      if ((await row.getAttribute('aria-expanded')) === 'true') return
      await row.locator('.monaco-tl-twistie').click()
      await row.and(page.locator('[aria-expanded="true"]')).waitFor()
    },

    async chooseFromMenu(row: Locator, entry: string): Promise<void> {
      await row.click({ button: 'right' })
      await page.getByRole('menuitem', { name: entry, exact: true }).click()
    },

    async pressAction(place: Locator, title: string): Promise<void> {
      await place.hover()
      await place.getByRole('button', { name: title }).click()
    },

    async runCommand(title: string): Promise<void> {
      await openPalette(title)
      await picks().filter({ hasText: title }).first().click()
    },

    async listCommands(word: string): Promise<string[]> {
      await openPalette(word)
      await picks().first().waitFor()
      const titles = await picks().locator('.label-name').allTextContents()
      await page.keyboard.press('Escape')
      return titles
    },

    async answer(text: string): Promise<void> {
      await quickText.fill(text)
      await page.keyboard.press('Enter')
    },

    picks,

    async timeUntilShown(text: string, act: () => Promise<unknown>): Promise<number> {
      const shown = page.waitForFunction(findTimeShown, text, { polling: 'raf' })
      // Answered after the wait above has begun, since the window takes requests in turn.
      await page.evaluate('0')
      const start = Date.now()
      await act()
      return ((await (await shown).jsonValue()) ?? NaN) - start
    },

    notification(text: string | RegExp): Locator {
      return page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text })
    },

    async reload(): Promise<void> {
      const reloaded = page.waitForEvent('load')
      await openPalette('Developer: Reload Window')
      await picks().filter({ hasText: 'Reload Window' }).first().click()
      await reloaded
      await waitUntilReady()
    },
  }
}
