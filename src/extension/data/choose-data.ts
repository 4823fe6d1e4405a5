import { basename, join, relative, sep } from 'node:path'
import type * as vscode from 'vscode'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import type { RepositoryState } from './data-feed.ts'
import { isDataElement, pathOf } from './element.ts'

/** What a command is to do its work on. */
export interface ChosenData {
  /** Absolute path of the repository. */
  readonly root: string
  /** Absolute; none for all of the repository. */
  readonly paths: readonly string[]
}

type Chooser = Pick<CommandContext, 'vscode' | 'data'>

/**
 * What a command was chosen on: rows of our view, files of VS Code's explorer, or changes in source control. From the
 * palette a whole repository.
 *
 * @param args what VS Code passes: what was clicked, then, when several are selected, all of those
 * @returns undefined when the user chooses no repository, or there is none
 */
export async function chooseData(
  chooser: Chooser,
  args: readonly unknown[],
  title: string,
): Promise<ChosenData | undefined> {
  const places = findPlaces(args)
  if (places.length === 0) {
    const repository = await chooseRepository(chooser, title)
    return repository && { root: repository.root, paths: [] }
  }
  const root = places.flatMap((place) => place.root ?? findRoot(chooser, place.path) ?? [])[0]
  if (root === undefined) return undefined
  const paths = places.flatMap(({ path }) => (path === root || !isInside(root, path) ? [] : [path]))
  return { root, paths }
}

/**
 * As `chooseData`, for a command about one thing that is tracked; from the palette the user picks one.
 *
 * @returns undefined when nothing is picked
 */
export async function chooseTracked(
  chooser: Chooser,
  args: readonly unknown[],
  title: string,
): Promise<{ readonly root: string; readonly path: string } | undefined> {
  const chosen = findPlaces(args).length === 0 ? undefined : await chooseData(chooser, args, title)
  const [path] = chosen?.paths ?? []
  if (chosen !== undefined && path !== undefined) return { root: chosen.root, path }
  const outs = (chooser.data.repositories() ?? []).flatMap(({ root, status }) =>
    (status?.outs ?? []).map((out) => ({
      label: out.path,
      description: out.pointer,
      root,
      path: join(root, out.path),
    })),
  )
  return chooser.vscode.window.showQuickPick(outs, { title, placeHolder: localize('Choose a file or folder.') })
}

/** The only repository there is, that of the active editor, or the one the user picks. */
export async function chooseRepository({ vscode, data }: Chooser, title: string): Promise<RepositoryState | undefined> {
  const all = data.repositories() ?? []
  if (all.length < 2) {
    if (all.length === 0)
      void vscode.window.showInformationMessage(localize('No folder here has data under version control.'))
    return all[0]
  }
  const active = vscode.window.activeTextEditor?.document.uri
  const ofActive = active?.scheme === 'file' ? all.findLast(({ root }) => isInside(root, active.fsPath)) : undefined
  if (ofActive !== undefined) return ofActive
  const choices = all.map((repository) => ({
    label: basename(repository.root),
    description: repository.root,
    repository,
  }))
  return (await vscode.window.showQuickPick(choices, { title }))?.repository
}

interface Place {
  readonly root?: string
  readonly path: string
}

function findPlaces(args: readonly unknown[]): readonly Place[] {
  const [clicked, selected] = args
  const isOneOf = Array.isArray(selected) && selected.some((each) => isSame(each, clicked))
  const candidates: readonly unknown[] = isOneOf ? selected : args
  return candidates.flatMap((candidate) => toPlace(candidate) ?? [])
}

function isSame(one: unknown, other: unknown): boolean {
  const [path, otherPath] = [toPlace(one)?.path, toPlace(other)?.path]
  return one === other || (path !== undefined && path === otherPath)
}

/** VS Code passes whatever its menus have: a row, a file's address, or a change of source control. */
function toPlace(value: unknown): Place | undefined {
  if (isDataElement(value)) {
    const path = pathOf(value)
    if (value.kind === 'data-repository') return { root: value.root, path: value.root }
    return path === undefined || !('root' in value) ? undefined : { root: value.root, path: join(value.root, path) }
  }
  if (typeof value !== 'object' || value === null) return undefined
  if ('resourceUri' in value) return toPlace(value.resourceUri)
  if (!('scheme' in value) || value.scheme !== 'file' || !('fsPath' in value)) return undefined
  return typeof value.fsPath === 'string' ? { path: withoutPointerEnding(value.fsPath) } : undefined
}

/** A `.dvc` file stands for its data. */
function withoutPointerEnding(path: string): string {
  return basename(path) === '.dvc' ? path : path.replace(/\.dvc$/, '')
}

function findRoot({ data }: Chooser, path: string): string | undefined {
  return (data.repositories() ?? []).map(({ root }) => root).findLast((root) => isInside(root, path))
}

export function isInside(folder: string, path: string): boolean {
  const inside = relative(folder, path)
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !(sep === '\\' && /^[a-z]:/i.test(inside))
}

/** The folder of the workspace that a command is to begin in, where none has data yet. */
export async function chooseFolder({
  vscode,
}: Pick<CommandContext, 'vscode'>): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? []
  return folders.length > 1 ? vscode.window.showWorkspaceFolderPick() : folders[0]
}
