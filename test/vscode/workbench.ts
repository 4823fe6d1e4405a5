import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type BrowserContext, chromium, type FrameLocator, type Locator, type Page } from 'playwright-core'
import { findChromium } from '../webviews/chromium.ts'
import { copyExtension, openCodeServer } from './code-server.ts'

/** A VS Code window in a browser, and the verbs a user has in it. Disposing it closes window, server and all data. */
export interface Workbench extends AsyncDisposable {
  readonly page: Page
  /** Of VS Code's server, which the extension hosts are children of. */
  readonly serverPid: number
  /** Shows Runwright's views in the side bar. */
  showRunwright(): Promise<void>
  /** Gives the keys to the rows of the side bar. */
  focusExplorer(): Promise<void>
  /** The document of the webview that is in sight. */
  webview(): FrameLocator
  /** Rows in the side bar by the beginning of what a screen reader says: `Run calm-otter-42, finished, …`. */
  row(spoken: string): Locator
  /** Waits until the rows of a kind, as `Run`, are the ones of these names from top to bottom, and no others. */
  seeRows(kind: string, names: readonly string[]): Promise<void>
  /** Opens a closed row and waits until it is open. */
  expand(row: Locator): Promise<void>
  collapse(row: Locator): Promise<void>
  /** Chooses an entry of a row's context menu. */
  chooseFromMenu(row: Locator, entry: string): Promise<void>
  /** Checks a run's checkbox; again, as one would, when the row was drawn anew in the moment of the press. */
  choose(row: Locator): Promise<void>
  /** Presses a button that a row or a view's title shows while the mouse is over it. */
  pressAction(place: Locator, title: string): Promise<void>
  /** Runs a command by its whole title in the palette, for example `Runwright: Refresh`. */
  runCommand(title: string): Promise<void>
  /** Waits until the palette offers commands by their whole titles, or none of them. */
  seeCommands(what: 'offered' | 'not offered', titles: readonly string[]): Promise<void>
  /** Opens a file of the workspace in an editor, by its name. */
  openFile(name: string): Promise<void>
  /** Types into the open input box or list, and accepts. */
  answer(text: string): Promise<void>
  /** Chooses the entry of this label from the open list. */
  pick(label: string): Promise<void>
  /** Waits until the clipboard holds this text. */
  seeClipboard(text: string): Promise<void>
  /**
   * Milliseconds from the start of `act` until the side bar contains `text`, to within a frame: taken in the window,
   * whose clock is this process's.
   */
  timeUntilShown(text: string, act: () => Promise<unknown>): Promise<number>
  /** Notifications on screen that contain this text. */
  notification(text: string | RegExp): Locator
  /** Developer: Reload Window; returns when the new window is ready. */
  reload(): Promise<void>
}

export interface WorkbenchOptions {
  /** Absolute path of the folder or of the `.code-workspace` file to open. */
  readonly workspace: string
  /** Default: the extension of this repository. Else a folder with installed extensions. */
  readonly extensionsFolder?: string
  readonly settings?: Readonly<Record<string, unknown>>
  /** Default: false. */
  readonly asksForTrust?: boolean
  /** The display language: `ar`. Default: English. */
  readonly language?: string
  /** Of the window, in CSS pixels. Default: 1280 × 800. */
  readonly size?: { readonly width: number; readonly height: number }
  /** What is in the secret storage is there after a reload, too, as on a desktop. Default: false. */
  readonly keepsSecrets?: boolean
  /** Device pixels per CSS pixel. Default: 1. */
  readonly scale?: number
}

/** Nothing on screen that is not ours, nothing that moves or calls home, and no processes started every other second. */
const quietSettings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'git.enabled': false,
  'remote.autoForwardPortsSource': 'output',
  'update.mode': 'none',
  'window.commandCenter': false,
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
}

/** For what a user would call at once, on a machine that is busy. */
const timeoutMs = 30_000

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
  if (options.extensionsFolder === undefined) await copyExtension(extensionsFolder)

  await writeSettings(join(dataFolder, 'data/User'), { ...quietSettings, ...options.settings })

  const asksForTrust = options.asksForTrust ?? false
  const server = resources.use(
    await openCodeServer({
      dataFolder,
      extensionsFolder,
      asksForTrust,
      ...(options.language === undefined ? {} : { language: options.language }),
    }),
  )
  const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags })
  resources.defer(() => browser.close())
  const context = await browser.newContext({
    viewport: options.size ?? { width: 1280, height: 800 },
    deviceScaleFactor: options.scale ?? 1,
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  if (options.keepsSecrets === true) await keepSecrets(context)
  const page = await context.newPage()
  page.setDefaultTimeout(timeoutMs)
  const kind = options.workspace.endsWith('.code-workspace') ? 'workspace' : 'folder'
  await page.goto(`${server.url}?${kind}=${encodeURIComponent(options.workspace)}`)
  const verbs = createVerbs(page)
  await verbs.waitUntilReady()
  await verbs.watchForLostRows()

  const open = resources.move()
  return {
    ...verbs,
    page,
    serverPid: server.pid,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/**
 * VS Code in a browser seals secrets with a key of which the server mints one half, the same for each user. Those who
 * serve it, as `code serve-web` and `code-server`, do that at this address; the bare server of the tests does not.
 */
async function keepSecrets(context: BrowserContext): Promise<void> {
  const half = randomBytes(32)
  await context.route('**/mint-key', (route) => route.fulfill({ body: half }))
}

async function writeSettings(folder: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'settings.json'), JSON.stringify(settings, undefined, 2))
}

/** The little that the functions below need of the window, where they run. */
interface WindowElement {
  readonly textContent: string
  getAttribute(name: string): string | null
}
declare const navigator: { readonly clipboard: { readText(): Promise<string> } }
declare const requestAnimationFrame: (callback: () => void) => void
declare const document: { querySelectorAll(selector: string): Iterable<WindowElement> }

async function isInClipboard(text: string): Promise<boolean> {
  return (await navigator.clipboard.readText()) === text
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(resolve))
}

function findTimeShown(text: string): number | undefined {
  const [sideBar] = document.querySelectorAll('.part.sidebar')
  return sideBar?.textContent.includes(text) ? Date.now() : undefined
}

/** The rows of a kind by their first words, as `Run calm-otter-42`, from top to bottom. */
function listRows(kind: string): string[] {
  return [...document.querySelectorAll('.part.sidebar [role=treeitem]')]
    .toSorted((a, b) => Number(a.getAttribute('data-index')) - Number(b.getAttribute('data-index')))
    .map((row) => row.getAttribute('aria-label')?.split(',')[0] ?? '')
    .filter((words) => words.startsWith(`${kind} `))
    .map((words) => words.slice(kind.length + 1))
}

function startingWith(words: string): RegExp {
  return new RegExp(`^${RegExp.escape(words)}(?![\\w-])`)
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

  /** Opens the palette on a command; undefined, and the palette is closed again, when it is not offered now. */
  async function openPalette(title: string): Promise<Locator | undefined> {
    await page.keyboard.press('F1')
    await quickText.fill(`>${title}`)
    // Until then the list is that of all commands.
    const matching = picks().filter({ has: page.locator('.highlight') })
    await matching
      .or(picks().filter({ hasText: /similar commands|No matching commands/ }))
      .first()
      .waitFor()
    const found = picks().filter({ has: page.locator('.label-name').getByText(title, { exact: true }) })
    if ((await found.count()) > 0) return found.first()
    await page.keyboard.press('Escape')
    return undefined
  }

  async function run(title: string): Promise<void> {
    const deadline = Date.now() + timeoutMs
    let found = await openPalette(title)
    // What is offered follows what was done before with a short delay, and not while the palette is open.
    while (found === undefined && Date.now() < deadline) found = await openPalette(title)
    assert.ok(found !== undefined, `The palette does not offer “${title}”.`)
    await found.click()
  }

  async function isOffered(title: string): Promise<boolean> {
    const found = await openPalette(title)
    if (found !== undefined) await page.keyboard.press('Escape')
    return found !== undefined
  }

  /** A press on the twistie is lost when the row is drawn anew in its moment; one presses again. */
  async function turn(row: Locator, expanded: boolean): Promise<void> {
    const turned = row.and(page.locator(`[aria-expanded="${expanded}"]`))
    const press = async (patienceMs: number) => {
      if (await turned.isVisible()) return
      await row.locator('.monaco-tl-twistie').click()
      await turned.waitFor({ timeout: patienceMs })
    }
    // A row that only takes its time would be turned back by a second press.
    await press(timeoutMs / 3).catch(() => press(timeoutMs))
  }

  /** The row below in the same view, one level deeper. */
  async function firstChild(row: Locator): Promise<Locator> {
    const [index, level] = [await row.getAttribute('data-index'), await row.getAttribute('aria-level')]
    return row.locator('..').locator(`[data-index="${Number(index) + 1}"][aria-level="${Number(level) + 1}"]`)
  }

  async function chooseFromMenu(row: Locator, entry: string): Promise<void> {
    await row.click({ button: 'right' })
    const item = page.getByRole('menuitem', { name: startingWith(entry) })
    // A new menu takes no click for its first 100 ms, so that the click that opened it chooses nothing; keys it takes.
    await item.hover()
    await item.and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Enter')
  }

  async function pressAction(place: Locator, title: string): Promise<void> {
    await place.hover()
    await place.getByRole('button', { name: title }).click()
  }

  let lastAct: () => Promise<void> = () => Promise.resolve()

  function act(next: () => Promise<void>): Promise<void> {
    lastAct = next
    return next()
  }

  /** As a person does who is told that the row was just being listed anew. */
  async function chooseAgain(told: Locator): Promise<void> {
    await told.hover()
    await told.getByRole('button', { name: /^Clear Notification/ }).click()
    await lastAct()
  }

  return {
    waitUntilReady,
    watchForLostRows: () =>
      page.addLocatorHandler(
        page.locator('.notification-toast').filter({ hasText: 'The row was just being listed anew' }),
        chooseAgain,
        // It may come once more.
        { noWaitAfter: true },
      ),

    async showRunwright(): Promise<void> {
      await run('View: Show Runwright')
      await sideBar.getByRole('heading', { name: 'Runwright' }).waitFor()
    },

    async focusExplorer(): Promise<void> {
      await run('Runwright: Focus on Experiments View')
      await sideBar.locator('.customview-tree .monaco-list:focus-within').waitFor()
    },

    webview: () => page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame'),

    row(spoken: string): Locator {
      return sideBar.getByRole('treeitem', { name: startingWith(spoken) })
    },

    async expand(row: Locator): Promise<void> {
      if ((await row.getAttribute('aria-expanded')) === 'true') return
      await turn(row, true)
      await (await firstChild(row)).waitFor()
    },

    async collapse(row: Locator): Promise<void> {
      if ((await row.getAttribute('aria-expanded')) === 'true') await turn(row, false)
    },

    async seeRows(kind: string, names: readonly string[]): Promise<void> {
      const deadline = Date.now() + timeoutMs
      let seen = await page.evaluate(listRows, kind)
      while (!isDeepStrictEqual(seen, names) && Date.now() < deadline) {
        await page.evaluate(nextFrame)
        seen = await page.evaluate(listRows, kind)
      }
      assert.deepEqual(seen, names)
    },

    chooseFromMenu: (row: Locator, entry: string) => act(() => chooseFromMenu(row, entry)),

    async choose(row: Locator): Promise<void> {
      const checkbox = row.getByRole('checkbox')
      const checked = checkbox.and(page.locator('[aria-checked="true"]'))
      const press = async () => {
        await checkbox.click()
        await checked.waitFor({ timeout: 3000 })
        // What VS Code had to say to the extension is lost when the list is fetched in that moment: then it is drawn as it was.
        await delay(500)
        assert.ok(await checked.isVisible(), 'the press was lost')
      }
      await press().catch(async () => ((await checked.isVisible()) ? undefined : press()))
    },

    pressAction: (place: Locator, title: string) => act(() => pressAction(place, title)),

    runCommand: run,

    async seeCommands(what: 'offered' | 'not offered', titles: readonly string[]): Promise<void> {
      const deadline = Date.now() + timeoutMs
      for (const title of titles) {
        let isAsWanted = (await isOffered(title)) === (what === 'offered')
        while (!isAsWanted && Date.now() < deadline) isAsWanted = (await isOffered(title)) === (what === 'offered')
        assert.ok(isAsWanted, `“${title}” must be ${what}.`)
      }
    },

    /** A press on a file is lost when the list is drawn anew in its moment, or is closed by what was picked before. */
    async openFile(name: string): Promise<void> {
      const opened = page.locator('.editor-instance').getByRole('textbox', { name })
      const open = async (patienceMs: number) => {
        await page.keyboard.press('Control+P')
        await quickText.fill(name)
        await picks().filter({ hasText: name }).first().click({ timeout: patienceMs })
        await opened.waitFor({ state: 'attached', timeout: patienceMs })
      }
      await open(timeoutMs / 3).catch(() => open(timeoutMs))
    },

    async answer(text: string): Promise<void> {
      await quickText.fill(text)
      await page.keyboard.press('Enter')
    },

    async pick(label: string): Promise<void> {
      const labels = picks().locator('.label-name').getByText(label, { exact: true })
      await labels.first().click()
    },

    async seeClipboard(text: string): Promise<void> {
      await page.waitForFunction(isInClipboard, text)
    },

    async timeUntilShown(text: string, act: () => Promise<unknown>): Promise<number> {
      const shown = page.waitForFunction(findTimeShown, text, { polling: 'raf' })
      // Answered after the wait above has begun, since the window takes requests in turn.
      await page.evaluate('0')
      const start = Date.now()
      await act()
      return ((await (await shown).jsonValue()) ?? NaN) - start
    },

    notification(text: string | RegExp): Locator {
      const shown = page.locator('.notifications-toasts, .notifications-center')
      return shown.locator('.notification-list-item').filter({ hasText: text })
    },

    async reload(): Promise<void> {
      const reloaded = page.waitForEvent('load')
      await run('Developer: Reload Window')
      await reloaded
      await waitUntilReady()
    },
  }
}
