import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as vscode from 'vscode'
import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord, parseForeignJson } from '../../protocol/json.ts'
import type { KeptModelTest, ToModelTestPage } from '../../protocol/model-test-page-messages.ts'
import { parseModelTest } from '../../protocol/shown-model-test.ts'
import type { CommandContext, ModelTests } from '../context.ts'
import { performCommand } from '../data/perform-data.ts'
import { localize } from '../localize.ts'
import { type ModelTestRequest, parseModelTestRequest, toWords } from '../models/model-test-request.ts'
import { webviewOptions } from './compare-panel.ts'
import { openLoadedPage } from './loaded-page.ts'

const panelType = 'runwright.modelTest'

/** Of a folder of its own for each report. */
const files = { request: 'request.json', json: 'report.json', html: 'report.html' } as const

/** A tab that was open for longer can be tested again. */
const keptMs = 30 * 86_400_000

export interface OpenModelTests extends ModelTests, vscode.Disposable {}

/**
 * Tests models by the command line and shows its reports, each in an editor tab of its own.
 *
 * @param storage absolute path of the folder that reports are kept in, for tabs that are there again after a reload
 * @param context asked for late, because it holds these pages
 */
export function openModelTests(
  extensionUri: vscode.Uri,
  storage: string,
  context: () => CommandContext,
): OpenModelTests {
  const fill = (panel: vscode.WebviewPanel, { id }: KeptModelTest): void => {
    const icon = (theme: string) => vscode.Uri.joinPath(extensionUri, 'media', `compare-${theme}.svg`)
    panel.iconPath = { light: icon('light'), dark: icon('dark') }
    const folder = join(storage, id)
    const failed = (error: unknown) => context().log.error('Model test:', error)
    const act = async (asked: 'repeat' | 'export-html' | 'export-json') => {
      if (asked === 'repeat') return run(await readRequest(folder))
      return exportReport(folder, asked === 'export-html' ? 'html' : 'json')
    }
    openLoadedPage<ToModelTestPage, 'repeat' | 'export-html' | 'export-json'>({
      panel,
      extensionUri,
      name: 'model-test',
      kept: { id } satisfies KeptModelTest,
      load: async () => ({ kind: 'report', report: await readReport(folder) }),
      act: (asked) => void act(asked).catch(tellFailure),
      failed,
    })
  }

  const tellFailure = (error: unknown) => {
    if (error instanceof RunwrightError && error.code === 'CANCELLED') return
    context().log.error('Model test:', error)
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error))
  }

  const run = async (request: ModelTestRequest): Promise<void> => {
    const id = crypto.randomUUID()
    const folder = join(storage, id)
    await mkdir(folder, { recursive: true })
    try {
      await testModel(context(), request, folder)
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
    const title = localize('Test of {name}', { name: basename(request.candidate) })
    const column = vscode.ViewColumn.Active
    fill(vscode.window.createWebviewPanel(panelType, title, column, webviewOptions(extensionUri)), { id })
  }

  const serializer = vscode.window.registerWebviewPanelSerializer(panelType, {
    async deserializeWebviewPanel(panel, state) {
      const id = isRecord(state) ? state['id'] : undefined
      // Nothing but a name that was made above leads to a folder.
      if (typeof id === 'string' && /^[\da-f-]{36}$/.test(id)) fill(panel, { id })
      else panel.dispose()
    },
  })
  void removeOldReports(storage, Date.now()).catch((error: unknown) => context().log.warn('Model tests:', error))
  return { run, dispose: () => void serializer.dispose() }
}

async function removeOldReports(storage: string, now: number): Promise<void> {
  const names = await readdir(storage).catch(() => [])
  for (const name of names) {
    const found = await stat(join(storage, name)).catch(() => undefined)
    if (found !== undefined && now - found.mtimeMs > keptMs)
      await rm(join(storage, name), { recursive: true, force: true })
  }
}

async function testModel(context: CommandContext, request: ModelTestRequest, folder: string): Promise<void> {
  const { words, operands } = toWords(request)
  const title = localize('Testing {name}', { name: basename(request.candidate) })
  const work = { title, root: request.folder, words: [...words, '--html', join(folder, files.html)], operands }
  const report = await performCommand(context, work)
  // What cannot be shown is no report, and is told before a tab is opened.
  parseModelTest(report)
  await writeFile(join(folder, files.json), `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(join(folder, files.request), JSON.stringify(request))
}

async function readReport(folder: string) {
  const text = await readFile(join(folder, files.json), 'utf8').catch((cause: unknown) => {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', localize('The report is no longer there.'), {
      cause,
      hint: localize('Test the model again.'),
    })
  })
  const report = parseModelTest(parseForeignJson(text))
  return { ...report, candidate: shorten(report.candidate), original: shorten(report.original) }
}

/** Names are shown without the folders of this machine. */
function shorten<Model extends { readonly name: string }>(model: Model): Model {
  return { ...model, name: basename(model.name) }
}

async function readRequest(folder: string): Promise<ModelTestRequest> {
  return parseModelTestRequest(parseForeignJson(await readFile(join(folder, files.request), 'utf8')), '')
}

async function exportReport(folder: string, format: 'html' | 'json'): Promise<void> {
  const { candidate, folder: beside } = await readRequest(folder)
  const name = `${basename(candidate).replace(/\.onnx$/, '')}-test.${format}`
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(join(beside, name)),
    filters: { [format.toUpperCase()]: [format] },
  })
  if (target === undefined) return
  await copyFile(join(folder, files[format]), target.fsPath)
  vscode.window.setStatusBarMessage(localize('The report is saved as {name}.', { name: basename(target.fsPath) }), 5000)
}
