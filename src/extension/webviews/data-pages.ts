import { basename } from 'node:path'
import * as vscode from 'vscode'
import type { DataComparison } from '../../protocol/data-comparison.ts'
import type { ImagePair, KeptDataPage, ToDataPage } from '../../protocol/data-page-messages.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord } from '../../protocol/json.ts'
import type { CommandContext, DataPages } from '../context.ts'
import { askCommandLine } from '../data/command-line.ts'
import { localize } from '../localize.ts'
import { webviewOptions } from './compare-panel.ts'
import { type LoadedPage, openLoadedPage } from './loaded-page.ts'
import { openTablePreviews } from './table-previews.ts'

const panelType = 'runwright.dataDiff'

/** Larger images are not shown, and no more of them than this together. */
const maxImageBytes = 8 << 20
const maxAllBytes = 64 << 20

export interface OpenDataPages extends DataPages, vscode.Disposable {}

/** @param context asked for late, because it holds these pages */
export function openDataPages(extensionUri: vscode.Uri, context: () => CommandContext): OpenDataPages {
  const open = new Map<string, { readonly panel: vscode.WebviewPanel; readonly page: LoadedPage }>()
  const failed = (error: unknown) => context().log.error('Data:', error)

  const fill = (panel: vscode.WebviewPanel, compared: KeptDataPage): void => {
    const key = keyOf(compared)
    const icon = (theme: string) => vscode.Uri.joinPath(extensionUri, 'media', `compare-${theme}.svg`)
    panel.iconPath = { light: icon('light'), dark: icon('dark') }
    const page = openLoadedPage<ToDataPage>({
      panel,
      extensionUri,
      name: 'data-diff',
      kept: compared,
      async load(signal) {
        const { root, path, from, to } = compared
        const versions = [...(from === undefined ? [] : ['--from', from]), ...(to === undefined ? [] : ['--to', to])]
        const words = ['data', 'compare', ...versions]
        const value = await askCommandLine(context().cli, { folder: root, words, operands: [path], signal })
        const comparison = toComparison(value)
        return { kind: 'comparison', comparison, images: await loadImages(comparison) }
      },
      failed,
    })
    open.set(key, { panel, page })
    panel.onDidDispose(() => open.delete(key))
  }

  const serializer = vscode.window.registerWebviewPanelSerializer(panelType, {
    async deserializeWebviewPanel(panel, state) {
      const kept = parseKept(state)
      if (kept === undefined) panel.dispose()
      else fill(panel, kept)
    },
  })
  const previews = openTablePreviews(extensionUri, context, failed)

  return {
    compare(compared) {
      const known = open.get(keyOf(compared))
      if (known !== undefined) {
        known.panel.reveal()
        return known.page.reload()
      }
      const title = localize('{name}: What Changed', { name: basename(compared.path) })
      const options = webviewOptions(extensionUri)
      fill(vscode.window.createWebviewPanel(panelType, title, vscode.ViewColumn.Active, options), compared)
    },
    dispose: () => vscode.Disposable.from(serializer, previews).dispose(),
  }
}

function keyOf({ path, from = '', to = '' }: KeptDataPage): string {
  return `${from}:${to}:${path}`
}

/** It comes from the command line of this very package, which the page is drawn for. */
function toComparison(value: unknown): DataComparison {
  if (!isRecord(value) || !isRecord(value['diff']) || !Array.isArray(value['images'])) {
    throw new RunwrightError('INTERNAL_ERROR', 'The command line gave no comparison.')
  }
  // SAFETY: `data compare` of the same build prints it by this type.
  return value as unknown as DataComparison
}

async function loadImages({ images }: DataComparison): Promise<readonly ImagePair[]> {
  const pairs: ImagePair[] = []
  let bytes = 0
  for (const image of images) {
    const [old, now] = [await readImage(image.old), await readImage(image.new)]
    bytes += (old?.length ?? 0) + (now?.length ?? 0)
    if (old !== undefined && now !== undefined && bytes <= maxAllBytes) pairs.push({ path: image.path, old, new: now })
  }
  return pairs
}

async function readImage(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const uri = vscode.Uri.file(path)
  try {
    const { size } = await vscode.workspace.fs.stat(uri)
    return size > maxImageBytes ? undefined : new Uint8Array(await vscode.workspace.fs.readFile(uri))
  } catch {
    return undefined
  }
}

function parseKept(state: unknown): KeptDataPage | undefined {
  const { root, path, from, to } = isRecord(state) ? state : {}
  if (typeof root !== 'string' || typeof path !== 'string') return undefined
  return {
    root,
    path,
    ...(typeof from === 'string' ? { from } : {}),
    ...(typeof to === 'string' ? { to } : {}),
  }
}
