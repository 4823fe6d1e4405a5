import { defineCommand } from '../command.ts'
import { joinCommandLine, splitCommandLine } from '../command-line.ts'
import { findInterpreter } from '../interpreter.ts'

export default defineCommand({
  id: 'runwright.runActiveFile',
  title: 'Run Active File…',
  icon: '$(beaker)',
  when: 'isWorkspaceTrusted && resourceScheme == file && resourceExtname =~ /^\\.(py|js|mjs|cjs|ts|mts)$/',
  editorTitle: 'navigation@1',
  async run(context) {
    const { vscode, cli } = context
    const document = vscode.window.activeTextEditor?.document
    const folder = document && vscode.workspace.getWorkspaceFolder(document.uri)
    if (document === undefined || folder === undefined) {
      await vscode.window.showWarningMessage(
        'Open a Python, JavaScript or TypeScript file of a workspace folder first.',
      )
      return
    }
    const file = vscode.workspace.asRelativePath(document.uri, false)
    const configured = vscode.workspace.getConfiguration('runwright', folder).get<string>('pythonPath', '')
    const interpreter = await findInterpreter(file, folder.uri.fsPath, configured)
    const line = await vscode.window.showInputBox({
      title: 'Run as a Tracked Run',
      prompt: `Runs in ${folder.name}; add arguments as in a terminal.`,
      value: joinCommandLine([...interpreter, file]),
      validateInput: (text) => (splitCommandLine(text) === undefined ? 'A quote is not closed.' : undefined),
    })
    const words = line === undefined ? [] : (splitCommandLine(line) ?? [])
    if (words.length === 0) return
    await document.save()
    context.useFolder(folder)
    const process = new vscode.ProcessExecution(cli.file, [...cli.args, 'run', '--', ...words], {
      cwd: folder.uri.fsPath,
      env: { ...cli.env },
    })
    const task = new vscode.Task({ type: 'runwright' }, folder, `Run ${file}`, 'Runwright', process, [])
    task.presentationOptions = { clear: true, panel: vscode.TaskPanelKind.New }
    await vscode.tasks.executeTask(task)
  },
})
