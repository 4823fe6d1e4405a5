import type * as vscode from 'vscode'
import { askServer } from '../connections/ask-server.ts'
import type { CommandContext, ServerCredentials } from '../context.ts'
import { localize } from '../localize.ts'

/** Where runs come from, as the command line takes it. */
export interface ImportSource {
  /** Of the command, after `import`. */
  readonly kind: 'mlflow' | 'tensorboard' | 'dvc' | 'csv'
  /** A server's address, or the absolute path of a file or folder. */
  readonly place: string
  /** What the command is let in with, in its environment alone. */
  readonly env: Readonly<Record<string, string>>
}

interface Choice extends vscode.QuickPickItem {
  ask(): Promise<ImportSource | undefined>
}

/** Asks where runs are to come from. @returns undefined when a list, box or dialog is left */
export async function askSource({ vscode }: Pick<CommandContext, 'vscode'>): Promise<ImportSource | undefined> {
  const { window } = vscode
  const title = localize('Import Runs')
  const open = async (
    kind: ImportSource['kind'],
    options: vscode.OpenDialogOptions,
  ): Promise<ImportSource | undefined> => {
    const chosen = await window.showOpenDialog({ title, openLabel: localize('Import'), ...options })
    return chosen?.[0] && { kind, place: chosen[0].fsPath, env: {} }
  }
  const folder = { canSelectFolders: true, canSelectFiles: false }
  const choices: readonly Choice[] = [
    {
      label: localize('MLflow Server…'),
      detail: localize('Experiments, runs, metrics, artifacts and models of a server.'),
      async ask() {
        const server = await askServer(window, title)
        return server && { kind: 'mlflow', place: server.url, env: toEnvironment(server.credentials) }
      },
    },
    {
      label: localize('MLflow Database…'),
      detail: localize('The SQLite file of a server or client, such as mlflow.db.'),
      ask: () => open('mlflow', { filters: { SQLite: ['db', 'sqlite', 'sqlite3'], [localize('All Files')]: ['*'] } }),
    },
    {
      label: localize('MLflow Folder…'),
      detail: localize('A folder mlruns, as clients without a server write it.'),
      ask: () => open('mlflow', folder),
    },
    {
      label: localize('TensorBoard Folder…'),
      detail: localize('Event files: each folder with some is a run.'),
      ask: () => open('tensorboard', folder),
    },
    {
      label: localize('DVC Folder…'),
      detail: localize('What dvclive has written, and in a Git repository the experiments of “dvc exp”.'),
      ask: () => open('dvc', folder),
    },
    {
      label: localize('Table…'),
      detail: localize('A CSV or TSV file: a run whose metrics are its columns of numbers.'),
      ask: () => open('csv', { filters: { [localize('Tables')]: ['csv', 'tsv'] } }),
    },
  ]
  const placeHolder = localize('Where the runs are. What is here already is not imported twice.')
  const chosen = await window.showQuickPick(choices, { title, placeHolder, matchOnDetail: true })
  return chosen?.ask()
}

function toEnvironment(credentials: ServerCredentials | undefined): Readonly<Record<string, string>> {
  if (credentials === undefined) return {}
  if ('token' in credentials) return { MLFLOW_TRACKING_TOKEN: credentials.token }
  const { username, password } = credentials
  return { MLFLOW_TRACKING_USERNAME: username, MLFLOW_TRACKING_PASSWORD: password }
}
