import { defineCommand } from '../command.ts'
import { askCommandLine } from '../data/command-line.ts'
import { chooseRepository } from '../data/choose-data.ts'
import { tellDone } from '../data/perform-data.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.addDataRemote',
  title: 'Add Remote for Data…',
  when: 'isWorkspaceTrusted && runwright.dataRepositoryCount > 0',
  view: 'data',
  titleBar: '2_remote@5',
  async run(context) {
    const { vscode } = context
    const title = localize('Add Remote for Data')
    const repository = await chooseRepository(context, title)
    if (repository === undefined) return
    const place = await vscode.window.showInputBox({
      title: `${title} (1/2)`,
      prompt: localize('Where data is sent: a folder, or an address.'),
      placeHolder: 's3://bucket/path, ssh://user@host/path, /mnt/share/data',
    })
    if (place === undefined || place.trim() === '') return
    const name = await vscode.window.showInputBox({
      title: `${title} (2/2)`,
      prompt: localize('A name for it. It becomes the one that is used by default.'),
      value: 'origin',
      validateInput: (text) =>
        /^[\w.-]+$/.test(text) ? undefined : localize('Letters, digits, “.”, “_” and “-” only.'),
    })
    if (name === undefined) return
    const words = ['data', 'remote', 'add', '--default']
    await askCommandLine(context.cli, { folder: repository.root, words, operands: [name, place.trim()] })
    tellDone(context, localize('Added the remote {name}.', { name }))
  },
})
