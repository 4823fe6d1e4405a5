import type * as vscode from 'vscode'
import type { CommandContext } from '../context.ts'
import { problemMatchers } from '../contributions.ts'

/** Starts our command line as a task in a terminal of its own, in a workspace folder. */
export async function startCommandLineTask(
  { vscode, cli, useFolder }: CommandContext,
  folder: vscode.WorkspaceFolder,
  name: string,
  words: readonly string[],
): Promise<void> {
  useFolder(folder)
  const process = new vscode.ProcessExecution(cli.file, [...cli.args, ...words], {
    cwd: folder.uri.fsPath,
    env: { ...cli.env },
  })
  const task = new vscode.Task(
    { type: 'runwright' },
    folder,
    name,
    'Runwright',
    process,
    problemMatchers.map(({ name }) => `$${name}`),
  )
  task.presentationOptions = { clear: true, panel: vscode.TaskPanelKind.New }
  await vscode.tasks.executeTask(task)
}
