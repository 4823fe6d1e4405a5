import { dirname, join } from 'node:path'
import type * as vscode from 'vscode'
import { type ExtractedConflict, parseExtractedConflict } from '../../protocol/data-merge.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord } from '../../protocol/json.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { askCommandLine } from './command-line.ts'
import { describeConflict } from './data-presentation.ts'
import { decideConflict } from './decide-conflict.ts'
import { type DataConflictElement, pathOf } from './element.ts'

/** A file that is being merged, remembered by its path, so that its editor still knows it after a reload. */
interface MergedPlace {
  readonly root: string
  readonly out: string
  readonly file: string
}

const memoryKey = 'runwright.mergedData'
const mostRemembered = 200

/**
 * Opens VS Code's merge editor on a text that two branches have changed; of all else one side can be chosen.
 */
export async function mergeFile(context: CommandContext, element: DataConflictElement): Promise<void> {
  const { root, out, file } = element
  const call = { folder: root, words: ['data', 'resolve', '--extract'], operands: [join(root, out), file] }
  const extracted = parseExtractedConflict(await askCommandLine(context.cli, call), '')
  if (extracted.merged === undefined) return chooseSide(context, element)
  await rememberPlace(context, extracted.merged, { root, out, file })
  await openMergeEditor(context, extracted, element)
}

/**
 * Takes what was made of both in the merge editor that is active, and closes it; where something in it is still open,
 * VS Code asks first.
 *
 * @param path absolute, of a file that the editor shows: the merged one or a version
 * @throws RESOURCE_DOES_NOT_EXIST for an editor that was opened in another workspace, or very long ago
 */
export async function takeMerged(context: CommandContext, path: string): Promise<void> {
  const places = Object.entries(context.memory.get<Readonly<Record<string, MergedPlace>>>(memoryKey) ?? {})
  const folderOf = (file: string) => dirname(dirname(file))
  const [merged, place] = places.findLast(([file]) => folderOf(file) === folderOf(path)) ?? []
  if (merged === undefined || place === undefined) {
    throw new RunwrightError(
      'RESOURCE_DOES_NOT_EXIST',
      localize('It is not known any more what this was merged for.'),
      {
        hint: localize('Choose “Merge File” in the view Data again; what you have made is kept.'),
      },
    )
  }
  // As git's extension does: it saves, and answers whether the user has gone on.
  const answer: unknown = await context.vscode.commands.executeCommand('mergeEditor.acceptMerge')
  if (!isRecord(answer) || answer['successful'] !== true) return
  const { root, out, file } = place
  await decideConflict(context, { root, out, files: [file] }, localize('Take Merged File'), ['--file', merged])
}

async function rememberPlace({ memory }: CommandContext, path: string, place: MergedPlace): Promise<void> {
  const { [path]: _, ...others } = memory.get<Readonly<Record<string, MergedPlace>>>(memoryKey) ?? {}
  const kept = Object.entries(others).slice(1 - mostRemembered)
  await memory.update(memoryKey, Object.fromEntries([...kept, [path, place]]))
}

async function openMergeEditor(
  { vscode }: CommandContext,
  { base = '', ours = '', theirs = '', merged = '' }: ExtractedConflict,
  { theirRevision }: DataConflictElement,
): Promise<void> {
  const toInput = (path: string, title: string, description: string | undefined) => ({
    uri: vscode.Uri.file(path),
    title,
    ...(description === undefined ? {} : { description }),
  })
  // The command that VS Code's own git extension opens its merge editor with.
  await vscode.commands.executeCommand('_open.mergeEditor', {
    base: vscode.Uri.file(base),
    input1: toInput(theirs, localize('Theirs'), theirRevision),
    input2: toInput(ours, localize('Ours'), 'HEAD'),
    output: vscode.Uri.file(merged),
  })
}

async function chooseSide(context: CommandContext, element: DataConflictElement): Promise<void> {
  const { vscode } = context
  const { root, out, file, conflict, theirRevision } = element
  const place = { root, out, files: [file] }
  const decide = (label: string, icon: string, option: string) => ({
    label,
    iconPath: new vscode.ThemeIcon(icon),
    act: () => decideConflict(context, place, label, [option]),
  })
  const choices: (vscode.QuickPickItem & { readonly act: () => Promise<void> | void })[] = [
    decide(localize('Take Ours'), 'arrow-left', '--ours'),
    decide(localize('Take Theirs'), 'arrow-right', '--theirs'),
    decide(localize('Keep Both'), 'split-horizontal', '--both'),
  ]
  if (theirRevision !== undefined) {
    choices.push({
      label: localize('Compare Ours with Theirs'),
      iconPath: new vscode.ThemeIcon('diff'),
      act: () => compareSides(context, element),
    })
  }
  const title = [pathOf(element) ?? out, ...describeConflict(conflict)].join(' · ')
  await (await vscode.window.showQuickPick(choices, { title }))?.act()
}

/** Shows what differs between both sides: rows of tables, images side by side. */
export function compareSides({ dataPages }: Pick<CommandContext, 'dataPages'>, element: DataConflictElement): void {
  const { root, theirRevision } = element
  const path = join(root, pathOf(element) ?? element.out)
  if (theirRevision !== undefined) dataPages.compare({ root, path, from: 'HEAD', to: theirRevision })
}
