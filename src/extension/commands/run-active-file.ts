import { defineCommand } from '../command.ts'
import { joinCommandLine, splitCommandLine } from '../../base/command-line.ts'
import { findInterpreter } from '../interpreter.ts'
import { localize } from '../localize.ts'
import { startCommandLineTask } from '../runs/command-line-task.ts'

export default defineCommand({
  id: 'runwright.runActiveFile',
  title: 'Run Active File…',
  icon: '$(beaker)',
  when: 'isWorkspaceTrusted && resourceScheme == file && resourceExtname =~ /^\\.(py|js|mjs|cjs|ts|mts)$/',
  editorTitle: 'navigation@1',
  async run(context) {
    const { vscode } = context
    const document = vscode.window.activeTextEditor?.document
    const folder = document && vscode.workspace.getWorkspaceFolder(document.uri)
    if (document === undefined || folder === undefined) {
      await vscode.window.showWarningMessage(
        localize('Open a Python, JavaScript or TypeScript file of a workspace folder first.'),
      )
      return
    }
    const file = vscode.workspace.asRelativePath(document.uri, false)
    const configured = vscode.workspace.getConfiguration('runwright', folder).get<string>('pythonPath', '')
    const interpreter = await findInterpreter(file, folder.uri.fsPath, configured)
    const line = await vscode.window.showInputBox({
      title: localize('Run as a Tracked Run'),
      prompt: localize('Runs in {folder}; add arguments as in a terminal.', { folder: folder.name }),
      value: joinCommandLine([...interpreter, file]),
      validateInput: (text) => (splitCommandLine(text) === undefined ? localize('A quote is not closed.') : undefined),
    })
    const words = line === undefined ? [] : (splitCommandLine(line) ?? [])
    if (words.length === 0) return
    await document.save()
    await startCommandLineTask(context, folder, localize('Run {file}', { file }), ['run', '--', ...words])
  },
})
