import * as vscode from 'vscode'
import { tools } from '../agent-tools/all.ts'
import { artifactScheme } from './artifact-uri.ts'
import { chooseLanguage } from './choose-language.ts'
import { openCodeDocuments } from './code/code-documents.ts'
import { commands } from './commands/all.ts'
import { openComparisons } from './webviews/comparisons.ts'
import { openCompressionPages } from './webviews/compression-pages.ts'
import { openDataPages } from './webviews/data-pages.ts'
import { openModelEditor } from './webviews/model-editor.ts'
import { openModelTests } from './webviews/model-test-pages.ts'
import { openJobPages } from './webviews/job-pages.ts'
import { openLineagePages } from './webviews/lineage-pages.ts'
import { createConnections, type Connections } from './connections/connections.ts'
import type { CommandContext } from './context.ts'
import { createDeletions } from './deletions.ts'
import { registerLanguageModelTools } from './language-model-tools.ts'
import { openLineageDocuments } from './lineage/lineage-documents.ts'
import { createClientOpener } from './open-client.ts'
import { watchPlaces } from './places.ts'
import { registerCommands } from './register-commands.ts'
import { createServers } from './servers.ts'
import { offerInTerminals } from './terminal-command.ts'
import { describeError } from './tree/error-notice.ts'
import { createJobFeeds } from './jobs/job-feeds.ts'
import { openJobLogs } from './jobs/job-logs.ts'
import { createJobSecrets } from './jobs/job-secrets.ts'
import { tellEnd } from './jobs/tell-end.ts'
import { createArtifactFiles } from './views/artifact-files.ts'
import { openDataPanel } from './data/data-panel.ts'
import { openComputeView } from './views/compute-view.ts'
import { openModelsView } from './views/models-view.ts'
import { openVariablesView } from './views/variables-view.ts'
import { openJobsView } from './views/jobs-view.ts'
import { openExperimentsView } from './views/experiments-view.ts'
import { createJupyterServers } from './notebook/jupyter-servers.ts'
import { openLiveRuns } from './notebook/live-runs.ts'
import { openNotebooks } from './notebook/notebooks.ts'
import { parseVariableOrder, variableOrderKey } from './notebook/present-variable.ts'
import { createStatusBar } from './views/status-bar.ts'

let open: { readonly connections: Connections; readonly notebooks: vscode.Disposable } | undefined

/** Puts the extension together. Returns before anything is connected: engines are found or started afterwards. */
export function activate(context: vscode.ExtensionContext): void {
  chooseLanguage(context.extensionUri)
  const { extensionPath, subscriptions, workspaceState } = context
  const log = vscode.window.createOutputChannel('Runwright', { log: true })
  const setContext = (key: string, value: unknown) =>
    void vscode.commands.executeCommand('setContext', `runwright.${key}`, value)

  const servers = createServers(context.secrets)
  const statusBar = createStatusBar()
  const view = openExperimentsView(workspaceState, () => connections)
  const files = createArtifactFiles((connectionId) => connections.client(connectionId))
  const jobs = openJobsView(() => feeds)
  const models = openModelsView(() => connections)
  const compute = openComputeView({
    connections: () => connections,
    jobNames: (connectionId) => feeds.jobNames(connectionId),
    failed: (error) => log.warn('GPUs:', error),
  })
  const data = openDataPanel(() => commandContext)
  const dataPages = openDataPages(context.extensionUri, () => commandContext)
  const jobLogs = openJobLogs((connectionId) => connections.client(connectionId))
  const feeds = createJobFeeds({
    connections: () => connections,
    changed(progressed) {
      jobs.changed(progressed)
      if (progressed === undefined) compute.changed()
    },
    jobEnded: (connectionId, job) =>
      void tellEnd(commandContext, connectionId, job).catch((error: unknown) => log.warn('end of a job:', error)),
    failed: (error) => log.error('jobs:', error),
  })

  const code = openCodeDocuments(() => connections)
  const lineageDocuments = openLineageDocuments(() => connections)
  const lineage = openLineagePages(context.extensionUri, lineageDocuments, () => commandContext)
  const reports = vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'model-tests').fsPath
  const modelTests = openModelTests(context.extensionUri, reports, () => commandContext)
  const compressions = openCompressionPages(context.extensionUri, () => commandContext)
  const comparisons = openComparisons(context.extensionUri, () => commandContext)
  const jobPages = openJobPages(context.extensionUri, () => commandContext)
  const notebooks = openNotebooks({
    vscode,
    folder: vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'notebooks').fsPath,
    context: () => commandContext,
  })
  const liveRuns = openLiveRuns(vscode, () => commandContext)
  const variables = openVariablesView({
    findKernel: notebooks.findKernel,
    order: () => parseVariableOrder(workspaceState.get(variableOrderKey)),
    setShown: (isShown) => setContext('notebookIsOpen', isShown),
    failed: (error) => log.warn('variables:', error),
  })

  const connections = createConnections({
    openClient: createClientOpener({
      extensionPath,
      version: readVersion(context),
      credentials: (url) => servers.credentials(url),
    }),
    options: () => view.options,
    isChosen: view.isChosen,
    changed(elements) {
      view.changed(elements)
      comparisons.connectionsChanged()
      jobPages.connectionsChanged()
      lineage.connectionsChanged()
      compressions.connectionsChanged()
      notebooks.connectionsChanged()
      liveRuns.connectionsChanged()
      if (elements === 'roots') {
        feeds.connectionsChanged()
        models.connectionsChanged()
      }
      statusBar.update(connections.list())
    },
    received: (connection, event) => {
      const { id } = connection
      files.received(id, event)
      comparisons.received(id, event)
      jobPages.received(id, event)
      compressions.received(id, event)
      liveRuns.received(id, event)
      feeds.received(connection, event)
      models.received(event)
      statusBar.update(connections.list())
    },
    failed(place, error) {
      const { text, hint } = describeError(error)
      log.error(`${place.label}: ${text}`, hint ?? '')
    },
  })
  open = { connections, notebooks }

  const places = watchPlaces(servers, (wanted) => {
    connections.setPlaces(wanted)
    const serverCount = wanted.filter(({ kind }) => kind === 'server').length
    setContext('connectionCount', wanted.length)
    setContext('serverCount', serverCount)
    setContext('folderConnectionCount', wanted.length - serverCount)
    statusBar.update(connections.list())
  })

  const deletions = createDeletions((count) => setContext('deletionCount', count))
  const cli = {
    file: process.execPath,
    args: [vscode.Uri.joinPath(context.extensionUri, 'dist', 'cli.js').fsPath],
    env: { ELECTRON_RUN_AS_NODE: '1' },
  }
  const commandContext: CommandContext = {
    vscode,
    connections,
    explorer: view,
    jobs,
    models,
    compute,
    data,
    dataPages,
    jobLogs,
    jobPages,
    jobSecrets: createJobSecrets(context.secrets, workspaceState),
    jupyterServers: createJupyterServers(context.secrets, context.globalState),
    memory: workspaceState,
    deletions,
    servers,
    comparisons,
    code,
    lineage,
    modelTests,
    compressions,
    notebooks,
    variables,
    log,
    cli,
    useFolder: places.use,
  }
  data.start()
  offerInTerminals(context, cli).catch((error: unknown) => log.warn('no command in terminals:', error))
  subscriptions.push(
    log,
    statusBar,
    view,
    jobs,
    models,
    compute,
    data,
    dataPages,
    jobLogs,
    jobPages,
    places,
    comparisons,
    code,
    lineageDocuments,
    lineage,
    modelTests,
    openModelEditor(context.extensionUri, () => commandContext),
    compressions,
    variables,
    liveRuns,
    vscode.workspace.registerFileSystemProvider(artifactScheme, files, { isReadonly: true }),
    registerCommands(commands, commandContext),
    registerLanguageModelTools(tools, commandContext),
  )
}

/** Engines go on: only the connections to them are closed. */
export async function deactivate(): Promise<void> {
  // First: a cell whose connection is closed under it would end.
  open?.notebooks.dispose()
  await open?.connections.dispose()
}

function readVersion({ extension }: vscode.ExtensionContext): string {
  const manifest: unknown = extension.packageJSON
  const isVersioned = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return isVersioned ? String(manifest.version) : '0.0.0'
}
