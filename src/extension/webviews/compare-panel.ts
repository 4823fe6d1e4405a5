import { basename, dirname, join } from 'node:path'
import * as vscode from 'vscode'
import type { Client } from '../../protocol/client.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { ChangeEvent } from '../../protocol/events.ts'
import type { SavedView } from '../../protocol/saved-view.ts'
import type { ToWebview, WebviewAction } from '../../protocol/webview-messages.ts'
import { createWebviewHtml } from '../webview-html.ts'
import { formatView, readView, replaceView, toViewPath, writeView } from '../../views/view-file.ts'
import { createWebviewBridge } from './webview-bridge.ts'
import { currentLanguage, localize } from '../localize.ts'

/** Where the scripts and styles of webviews are. */
export function webviewFolder(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'webviews')
}

/** What VS Code has to know of a panel when it makes one, and again when it restores one. */
export function webviewOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [webviewFolder(extensionUri)] }
}

/** A comparison that is open in an editor tab. */
export interface ComparePanel {
  readonly connectionId: string
  readonly panel: vscode.WebviewPanel
  /** The file the view is saved in; undefined until it is saved. */
  readonly file: string | undefined
  /** The view as it is now. */
  readonly view: SavedView
  event(event: ChangeEvent): void
}

export interface ComparePanelParts {
  readonly panel: vscode.WebviewPanel
  readonly extensionUri: vscode.Uri
  readonly connectionId: string
  readonly view: SavedView
  readonly file: string | undefined
  client(): Promise<Client>
  /** Of the connection; undefined for a server. */
  folder(): string | undefined
  act(action: WebviewAction): Promise<void>
  failed(what: string, error: unknown): void
  closed(): void
}

/** Fills a panel with the comparison's page and serves it until it is closed. */
export function openComparePanel(parts: ComparePanelParts): ComparePanel {
  const { panel, connectionId } = parts
  let { view, file } = parts
  let watcher: vscode.Disposable | undefined

  const show = async (client: Client): Promise<ToWebview & { kind: 'show' }> => {
    const { experiments } = await client.call('experiments/list', { view: 'ALL' })
    const experimentIds = view.experiments.flatMap(
      (name) => experiments.find((experiment) => experiment.name === name)?.experimentId ?? [],
    )
    const language = currentLanguage()
    const place = parts.folder() === undefined ? 'server' : 'folder'
    return { kind: 'show', view, connectionId, place, experimentIds, language, ...(file === undefined ? {} : { file }) }
  }

  const save = async (): Promise<void> => {
    const target = file ?? (await askForFile(parts.folder(), view.title))
    if (target === undefined) return
    if (file === undefined) view = { ...view, title: basename(target, '.json') }
    if (file === undefined) await writeView(target, view)
    else await replaceView(target, view)
    panel.title = view.title
    const isNew = file === undefined
    file = target
    void panel.webview.postMessage({ kind: 'saved', file, title: view.title } satisfies ToWebview)
    if (isNew) watchFile(target)
    vscode.window.setStatusBarMessage(`$(check) ${localize('Saved “{title}”', { title: view.title })}`, 4000)
  }

  const bridge = createWebviewBridge({
    post: (message) => void panel.webview.postMessage(message),
    client: parts.client,
    show,
    // The title belongs to the file, whatever an older page still says.
    changed: (changed) => void (view = { ...changed, title: view.title }),
    async save(changed) {
      view = { ...changed, title: view.title }
      await save()
    },
    act: parts.act,
    failed(what, error) {
      if (what === 'ready') panel.webview.html = createPage(parts, describe(error))
      else parts.failed(what, error)
    },
  })

  /** Takes over what others write to the file: a colleague's change that was pulled, or an editor. */
  const takeFile = async (path: string): Promise<void> => {
    const read = await readView(path)
    if (formatView(read) === formatView(view)) return
    view = read
    panel.title = view.title
    void panel.webview.postMessage(await show(await parts.client()))
  }

  const watchFile = (path: string): void => {
    const pattern = new vscode.RelativePattern(vscode.Uri.file(dirname(path)), basename(path))
    const changes = vscode.workspace.createFileSystemWatcher(pattern)
    const take = () => void takeFile(path).catch((error: unknown) => parts.failed('view file', error))
    watcher = vscode.Disposable.from(changes, changes.onDidChange(take), changes.onDidCreate(take))
  }

  if (file !== undefined) watchFile(file)
  panel.webview.onDidReceiveMessage(bridge.receive)
  panel.onDidDispose(() => {
    bridge.dispose()
    watcher?.dispose()
    parts.closed()
  })
  panel.title = view.title
  panel.webview.options = webviewOptions(parts.extensionUri)
  panel.webview.html = createPage(parts)
  return {
    connectionId,
    panel,
    get file() {
      return file
    },
    get view() {
      return view
    },
    event: bridge.event,
  }
}

/** @param notice shown in place of the comparison, when it cannot be shown */
function createPage({ panel: { webview }, extensionUri, view }: ComparePanelParts, notice?: string): string {
  const folder = webviewFolder(extensionUri)
  const toUri = (name: string) => String(webview.asWebviewUri(vscode.Uri.joinPath(folder, name)))
  return createWebviewHtml({
    title: view.title,
    language: currentLanguage(),
    scripts: notice === undefined ? [toUri('compare.js')] : [],
    style: toUri('compare.css'),
    source: webview.cspSource,
    nonce: crypto.randomUUID(),
    ...(notice === undefined ? {} : { notice }),
  })
}

function describe(error: unknown): string {
  if (!(error instanceof RunwrightError)) return error instanceof Error ? error.message : String(error)
  return [error.message, error.hint].filter((part) => part !== undefined).join(' ')
}

/** Asks for the name of a view that has no file yet; undefined when the user gives none. */
async function askForFile(folder: string | undefined, title: string): Promise<string | undefined> {
  if (folder === undefined) {
    throw new RunwrightError('NOT_IMPLEMENTED', localize('Views are saved in the folder that their runs are in.'))
  }
  const name = await vscode.window.showInputBox({
    title: localize('Save View'),
    prompt: localize('Saved in {folder}, where it can be committed.', { folder: join('.runwright', 'views') }),
    value: title,
    validateInput: (text) => (text.trim() === '' ? localize('A view needs a name.') : undefined),
  })
  if (name === undefined) return undefined
  const path = toViewPath(folder, name)
  const exists = await vscode.workspace.fs.stat(vscode.Uri.file(path)).then(
    () => true,
    () => false,
  )
  if (!exists) return path
  const question = localize('There is a view “{title}” already. Replace it?', { title: basename(path, '.json') })
  const replace = localize('Replace')
  return (await vscode.window.showWarningMessage(question, { modal: true }, replace)) === replace ? path : undefined
}
