import { defineCommand } from '../command.ts'
import { findNotebook } from '../notebook/find-notebook.ts'

export default defineCommand({
  id: 'runwright.chooseKernel',
  title: 'Choose Kernel…',
  icon: '$(server-environment)',
  when: "isWorkspaceTrusted && notebookType == 'jupyter-notebook'",
  notebookToolbar: 'navigation/status@9',
  async run({ vscode, notebooks }, given) {
    const notebook = findNotebook(vscode, given)
    if (notebook !== undefined) await notebooks.choose(notebook)
  },
})
