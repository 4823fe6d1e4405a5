import { defineCommand } from '../command.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.copyStartCommand',
  title: 'Copy Command to Start a Run',
  when: 'isWorkspaceTrusted && workspaceFolderCount > 0',
  async run({ vscode }) {
    await vscode.env.clipboard.writeText('runwright run -- python train.py')
    vscode.window.setStatusBarMessage(`$(check) ${localize('Copied: paste it into a terminal')}`, 4000)
  },
})
