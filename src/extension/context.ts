import type * as vscode from 'vscode'
import type { Client } from '../protocol/client.ts'
import type { ExperimentId } from '../protocol/ids.ts'
import type { KernelId } from '../protocol/kernels.ts'
import type { SavedView } from '../protocol/saved-view.ts'
import type { CodeDocuments } from './code/code-documents.ts'
import type { Connections } from './connections/connections.ts'
import type { Deletions } from './deletions.ts'
import type { JobSecrets } from './jobs/job-secrets.ts'
import type { JupyterServers } from './notebook/jupyter-servers.ts'
import type { KeptDataPage } from '../protocol/data-page-messages.ts'
import type { SearchPlace } from '../protocol/compression-page-messages.ts'
import type { DataStatus } from '../protocol/data-status.ts'
import type { RepositoryState } from './data/data-feed.ts'
import type { DataElement } from './data/element.ts'
import type { ComputeElement, JobsElement, MoreJobsElement } from './jobs/element.ts'
import type { Job } from '../protocol/jobs.ts'
import type { LineageKind } from '../protocol/lineage.ts'
import type { RunAddress } from './runs/run-address.ts'
import type { ExperimentElement, RunElement, TreeElement } from './tree/element.ts'
import type { ModelsElement } from './models/element.ts'
import type { ModelTestRequest } from './models/model-test-request.ts'
import type { ViewOptions } from './tree/view-options.ts'

/** What the commands can reach. */
export interface CommandContext {
  /** VS Code's interface; passed in, so that a definition loads without it. */
  readonly vscode: typeof vscode
  readonly connections: Connections
  readonly explorer: Explorer
  readonly jobs: JobsPanel
  readonly models: ModelsPanel
  readonly compute: ComputePanel
  readonly data: DataPanel
  readonly dataPages: DataPages
  readonly jobLogs: JobLogs
  readonly jobPages: JobPages
  readonly jobSecrets: JobSecrets
  readonly jupyterServers: JupyterServers
  /** What the user has chosen before, in this workspace. */
  readonly memory: vscode.Memento
  readonly deletions: Deletions
  readonly servers: Servers
  readonly comparisons: Comparisons
  readonly code: Pick<CodeDocuments, 'compare' | 'openSource'>
  readonly lineage: LineagePages
  readonly modelTests: ModelTests
  readonly compressions: CompressionPages
  readonly notebooks: Notebooks
  readonly variables: VariablesPanel
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
  /** Selects a run; false when it is not among those that the view can show. */
  reveal(run: RunAddress & { readonly experimentId: ExperimentId }): Promise<boolean>
}

/** The view "Jobs", as commands see it. */
export interface JobsPanel {
  selection(): readonly JobsElement[]
  loadMore(more: MoreJobsElement): Promise<void>
}

/** The view "Models", as commands see it. */
export interface ModelsPanel {
  selection(): readonly ModelsElement[]
}

/** The view "Compute", as commands see it. */
export interface ComputePanel {
  selection(): readonly ComputeElement[]
  /** Asks all targets again. */
  reload(): void
}

/** The view "Variables", as commands see it. */
export interface VariablesPanel {
  /** Asks the kernel again. */
  reload(): void
}

/** The view "Data", as commands see it. */
export interface DataPanel {
  selection(): readonly DataElement[]
  /** Repositories with data and how they stand; undefined until they are known. */
  repositories(): readonly RepositoryState[] | undefined
  /** Looks for repositories and feature sets, and reads the status of all. */
  reload(): Promise<void>
  /** Reads the status of one. @param root absolute path */
  refresh(root: string): Promise<void>
  /** Lists the rows of the view anew, where what changed is in no status. */
  relist(): void
  /** Reads the feature sets of all folders. */
  reloadFeatures(): Promise<void>
  /** What was read with what the remote lacks. */
  setStatus(root: string, status: DataStatus): void
}

/** What changed in data, each comparison in an editor tab of its own. */
export interface DataPages {
  /** Shows a comparison, computed anew where it is open already. */
  compare(compared: KeptDataPage): void
}

/** What came of what, each lineage in an editor tab of its own. */
export interface LineagePages {
  /**
   * Shows a lineage, found out anew where it is open already.
   *
   * @param name what its start is called
   */
  open(connectionId: string, kind: LineageKind, id: string, name: string): void
}

/** Tests of models and their reports, each in an editor tab of its own. */
export interface ModelTests {
  /** Tests a model, with a notification that can cancel it, and shows the report. @throws as `askCommandLine` */
  run(request: ModelTestRequest): Promise<void>
}

/** Searches for smaller models, each in an editor tab of its own. */
export interface CompressionPages {
  /**
   * Shows what a search has found, read anew where it is open already.
   *
   * @param name what the search is called
   */
  open(place: SearchPlace, name: string): void
}

/** Notebooks that run in kernels of the engine. */
export interface Notebooks {
  /** Asks what a notebook is to run in and gives it that; false when the list is left. */
  choose(notebook: vscode.NotebookDocument): Promise<boolean>
  /** The kernel that a notebook has, if it has one of ours. */
  findKernel(
    notebook: vscode.NotebookDocument,
  ): Promise<{ readonly client: Client; readonly kernelId: KernelId } | undefined>
  /** Ends the kernel of a notebook. */
  stop(notebook: vscode.NotebookDocument): Promise<void>
  /** Runs all cells in a fresh kernel, and tells which of them show something else than they did. */
  rerunAndCompare(notebook: vscode.NotebookDocument): Promise<void>
  /** Runs the cells again that were changed, or took what has changed, since they ran. */
  runStale(notebook: vscode.NotebookDocument): Promise<void>
  /** Opens all that a cell's last execution has said in an editor. */
  openFullOutput(cell: vscode.NotebookCell): Promise<void>
}

/** The pages of jobs, each in an editor tab of its own. */
export interface JobPages {
  /** Shows a job; where its page is open already, reveals it. */
  open(connectionId: string, job: Pick<Job, 'jobId' | 'name'>): void
  /** Whether its page is in sight. */
  isOpen(job: Pick<Job, 'jobId'>): boolean
}

/** The output of jobs, each in a terminal that follows it. */
export interface JobLogs {
  /** Shows a job's output; where it is open already, reveals it. */
  open(connectionId: string, job: Job): void
  isOpen(job: Pick<Job, 'jobId'>): boolean
}

/** The MLflow servers the user added. */
export interface Servers {
  list(): readonly string[]
  /** Remembers a server; its credentials go to the secret storage. */
  add(url: string, credentials: ServerCredentials | undefined): Promise<void>
  remove(url: string): Promise<void>
}

export type ServerCredentials = { readonly token: string } | { readonly username: string; readonly password: string }
