import { join } from 'node:path'
import { parseDataMerge } from '../../protocol/data-merge.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { describeError } from '../tree/error-notice.ts'
import type { DecidableElement } from './element.ts'
import { performData } from './perform-data.ts'

/** Files in conflict of one thing that is tracked. */
export interface ConflictPlace {
  /** Absolute path of the repository. */
  readonly root: string
  /** What the files lie in, or are, from the root. */
  readonly out: string
  /** In it; none for all that is open. */
  readonly files: readonly string[]
}

/** Rows by what they lie in; a row of something tracked stands for all that is open in it. */
export function groupConflicts(elements: readonly DecidableElement[]): readonly ConflictPlace[] {
  const places = new Map<string, ConflictPlace>()
  for (const element of elements) {
    const isAll = element.kind === 'data-out'
    const { root } = element
    const out = isAll ? element.out.path : element.out
    const before = places.get(join(root, out))
    const files = isAll || before?.files.length === 0 ? [] : [...(before?.files ?? []), element.file]
    places.set(join(root, out), { root, out, files })
  }
  return [...places.values()]
}

/**
 * Decides files in conflict, and offers what is next once none is left.
 *
 * @param options of `data resolve`
 */
export async function decideConflict(
  context: CommandContext,
  { root, out, files }: ConflictPlace,
  title: string,
  options: readonly string[],
): Promise<void> {
  const words = ['data', 'resolve', ...options]
  const answer = await performData(context, { title, root, words, operands: [join(root, out), ...files] })
  const { isDone, pointer } = parseDataMerge(answer, '')
  context.data.relist()
  if (isDone) void offerNext(context, { root, out, pointer })
}

/** Decides rows alike. @param option of `data resolve` that says how */
export async function decideAll(
  context: CommandContext,
  elements: readonly DecidableElement[],
  title: string,
  option: string,
): Promise<void> {
  for (const place of groupConflicts(elements)) await decideConflict(context, place, title, [option])
}

/** The user may as well do it in the view of source control; nothing of git is touched unasked. */
async function offerNext(
  context: CommandContext,
  { root, out, pointer }: { readonly root: string; readonly out: string; readonly pointer: string },
): Promise<void> {
  const { vscode } = context
  const next = localize('Stage and Check Out')
  const message = localize('Nothing is in conflict in {pointer} any more.', { pointer })
  if ((await vscode.window.showInformationMessage(message, next)) !== next) return
  const path = join(root, out)
  try {
    await performData(context, { title: next, root, words: ['data', 'resolve', '--stage'], operands: [path] })
  } catch (error) {
    return void vscode.window.showErrorMessage(describeError(error).text)
  }
  // It asks before anything is lost.
  await vscode.commands.executeCommand('runwright.checkOutData', vscode.Uri.file(path))
}
