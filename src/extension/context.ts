import type * as vscode from 'vscode'
import type { SavedView } from '../protocol/saved-view.ts'
import type { CodeDocuments } from './code/code-documents.ts'
import type { Connections } from './connections/connections.ts'
import type { Deletions } from './deletions.ts'
import type { ExperimentElement, RunElement, TreeElement } from './tree/element.ts'
import type { ViewOptions } from './tree/view-options.ts'

/** What the commands can reach. */
export interface CommandContext {
  /** VS Code's interface; passed in, so that a definition loads without it. */
  readonly vscode: typeof vscode
  readonly connections: Connections
  readonly explorer: Explorer
  readonly deletions: Deletions
  readonly servers: Servers
  readonly comparisons: Comparisons
  readonly code: Pick<CodeDocuments, 'compare' | 'openSource'>
  readonly log: vscode.LogOutputChannel
  /** How the bundled CLI is started: the editor's own Node and its first arguments and environment. */
  readonly cli: {
    readonly file: string
    readonly args: readonly string[]
    readonly env: Readonly<Record<string, string>>
  }
  /** Starts tracking in a workspace folder that has no runs yet; does nothing for one that is shown already. */
  useFolder(folder: vscode.WorkspaceFolder): void
}

/** Runs side by side, each comparison in an editor tab of its own. */
export interface Comparisons {
  /**
   * Shows a view; where it is open already, reveals it.
   *
   * @param file absolute path of the file it is saved in; undefined for a view that is not
   */
  open(connectionId: string, view: SavedView, file?: string): Promise<void>
}

/** The view "Experiments", as commands see it. */
export interface Explorer {
  readonly options: ViewOptions
  setOptions(change: Partial<ViewOptions>): Promise<void>
  selection(): readonly TreeElement[]
  /** Checked runs among those shown. */
  chosen(): readonly RunElement[]
  /** Checks these runs, or unchecks them when all of them are checked. */
  toggleChosen(runs: readonly RunElement[]): Promise<void>
  clearChosen(): Promise<void>
  loadMore(experiment: ExperimentElement): Promise<void>
  reload(): Promise<void>
}

/** The MLflow servers the user added. */
export interface Servers {
  list(): readonly string[]
  /** Remembers a server; its credentials go to the secret storage. */
  add(url: string, credentials: ServerCredentials | undefined): Promise<void>
  remove(url: string): Promise<void>
}

export type ServerCredentials = { readonly token: string } | { readonly username: string; readonly password: string }
