import { defineCommand } from '../command.ts'
import { trainFile } from '../jobs/train-file.ts'

export default defineCommand({
  id: 'runwright.train',
  title: 'Train on…',
  icon: '$(server-process)',
  when: 'isWorkspaceTrusted && resourceScheme == file && resourceExtname =~ /^\\.(py|ipynb|js|mjs|cjs|ts|mts)$/',
  view: 'jobs',
  editorTitle: 'navigation@2',
  fileMenu: '3_runwright@1',
  titleBar: 'navigation@1',
  notebookToolbar: 'navigation/execute@9',
  run: (context, ...args) => trainFile(context, args[0]),
})
