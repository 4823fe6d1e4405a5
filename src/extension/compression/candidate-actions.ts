import { basename, dirname, join } from 'node:path'
import { joinCommandLine } from '../../base/command-line.ts'
import { findFaults, hasPassed } from '../../protocol/compression-verdict.ts'
import { findCandidate, type ReportedCandidate, type SearchReport } from '../../protocol/compression.ts'
import type { CandidateAction, KeptCompressionPage } from '../../protocol/compression-page-messages.ts'
import { checkRegisteredModelName } from '../../protocol/mlflow/names.ts'
import { isRecord } from '../../protocol/json.ts'
import type { CommandContext } from '../context.ts'
import { askCommandLine } from '../data/command-line.ts'
import { openRunOfJob } from '../jobs/open-run.ts'
import { localize } from '../localize.ts'
import { pickOrType } from '../runs/pick-or-type.ts'
import { describeFault } from './compression-words.ts'

/** A candidate of a search that is shown. */
interface ShownCandidate {
  readonly report: SearchReport
  readonly candidate: ReportedCandidate
  readonly place: KeptCompressionPage['place']
}

/** Does what a button of the page says, by the command line. */
export async function performCandidateAction(
  context: CommandContext,
  place: KeptCompressionPage['place'],
  report: SearchReport,
  number: number,
  action: CandidateAction,
): Promise<void> {
  const candidate = findCandidate(report, number)
  if (candidate === undefined) return
  const shown = { report, candidate, place }
  switch (action) {
    case 'export':
      return exportCandidate(context, shown)
    case 'register':
      return registerCandidate(context, shown)
    case 'copy':
      return copyCommand(context, shown)
    case 'open-run':
      return openRun(context, shown)
  }
}

/** What the command line calls the search, and where it is to stand. */
function searchOf({ vscode, connections }: CommandContext, { place, report }: ShownCandidate) {
  if (place.kind === 'file') return { search: place.path, folder: dirname(place.path) }
  const known = connections.find(place.connectionId)?.place
  const folder = known?.kind === 'folder' ? known.path : vscode.workspace.workspaceFolders?.[0]?.uri.fsPath
  return { search: place.runId, folder: folder ?? dirname(report.model) }
}

async function exportCandidate(context: CommandContext, shown: ShownCandidate): Promise<void> {
  const { vscode } = context
  const { search, folder } = searchOf(context, shown)
  const name = `${basename(shown.report.model, '.onnx')}-small.onnx`
  const target = await vscode.window.showSaveDialog({
    title: localize('Export Model'),
    defaultUri: vscode.Uri.file(join(folder, name)),
    filters: { ONNX: ['onnx'] },
  })
  if (target === undefined) return
  const words = ['compress', 'export', `--candidate=${shown.candidate.number}`, `--out=${target.fsPath}`]
  await work(context, localize('Making the model again'), (signal) =>
    askCommandLine(context.cli, { folder, words, operands: [search], signal }),
  )
  const reveal = localize('Show in Explorer')
  const text = localize('Wrote {file}, with its recipe beside it.', { file: basename(target.fsPath) })
  if ((await vscode.window.showInformationMessage(text, reveal)) !== reveal) return
  await vscode.commands.executeCommand('revealInExplorer', target)
}

async function registerCandidate(context: CommandContext, shown: ShownCandidate): Promise<void> {
  const { vscode } = context
  const { report, candidate } = shown
  const isForced = !hasPassed(report, candidate)
  if (isForced && !(await isWantedAnyway(context, shown))) return
  const { search, folder } = searchOf(context, shown)
  const title = localize('Register as Model Version')
  const placeholder = localize('Name of the registered model')
  const name = await pickOrType(context, title, placeholder, listNames(context, shown))
  if (name === undefined) return
  checkRegisteredModelName(name)
  const words = ['compress', 'register', `--candidate=${candidate.number}`, `--name=${name}`]
  const forced = isForced ? ['--even-if-failed'] : []
  const answer = await work(context, localize('Registering the model'), (signal) =>
    askCommandLine(context.cli, { folder, words: [...words, ...forced], operands: [search], signal }),
  )
  const version = isRecord(answer) && isRecord(answer['version']) ? Number(answer['version']['version']) : Number.NaN
  const text = isForced
    ? localize('Registered as “{name}”, version {version}. It says that its test failed.', { name, version })
    : localize('Registered as “{name}”, version {version}, with its recipe, its goals and its test.', { name, version })
  void vscode.window.showInformationMessage(text)
}

/** The one question that is asked before something is done, since others trust what is registered. */
async function isWantedAnyway({ vscode }: CommandContext, { report, candidate }: ShownCandidate): Promise<boolean> {
  const register = localize('Register All the Same')
  const detail = findFaults(report, candidate).map(describeFault).join('\n')
  const text = localize('“{name}” failed its test.', { name: candidate.name })
  return (await vscode.window.showWarningMessage(text, { modal: true, detail }, register)) === register
}

/** The model's own name first, then those there are. */
async function listNames(
  { connections }: CommandContext,
  { place, report }: ShownCandidate,
): Promise<readonly string[]> {
  const own = basename(report.model, '.onnx')
  if (place.kind === 'file') return [own]
  const client = await connections.client(place.connectionId)
  const { models } = await client.call('models/list', {})
  return [...new Set([own, ...models.map(({ name }) => name)])]
}

async function copyCommand(context: CommandContext, { report, candidate, place }: ShownCandidate): Promise<void> {
  const name = `${basename(report.model, '.onnx')}-small.onnx`
  // A recipe is in the candidate's run; without one the results of the search have it.
  const words =
    candidate.runId === undefined
      ? [
          'compress',
          'export',
          place.kind === 'file' ? place.path : place.runId,
          '--candidate',
          String(candidate.number),
        ]
      : ['compress', report.model, '--recipe', candidate.runId, '--data', report.data]
  await context.vscode.env.clipboard.writeText(joinCommandLine(['runwright', ...words, '--out', name]))
  context.vscode.window.setStatusBarMessage(localize('The command is copied.'), 3000)
}

async function openRun(context: CommandContext, { candidate, place }: ShownCandidate): Promise<void> {
  const { runId, name } = candidate
  if (runId === undefined || place.kind === 'file') return
  const client = await context.connections.client(place.connectionId)
  const { run } = await client.call('runs/get', { runId })
  await openRunOfJob(context, place.connectionId, { runId, experimentId: run.experimentId, name })
}

function work<T>({ vscode }: CommandContext, title: string, run: (signal: AbortSignal) => Promise<T>): Thenable<T> {
  const progress = { location: vscode.ProgressLocation.Notification, title, cancellable: true }
  return vscode.window.withProgress(progress, (_, token) => {
    const cancelling = new AbortController()
    token.onCancellationRequested(() => cancelling.abort())
    return run(cancelling.signal)
  })
}
