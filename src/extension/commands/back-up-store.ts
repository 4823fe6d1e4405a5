import { homedir } from 'node:os'
import { join } from 'node:path'
import { integer, object, text } from '../../protocol/parse.ts'
import { chooseConnection } from '../choose-connection.ts'
import { defineCommand } from '../command.ts'
import { performCommand } from '../data/perform-data.ts'
import { localize } from '../localize.ts'
import { formatSize } from '../tree/format.ts'

const count = integer(0, Number.MAX_SAFE_INTEGER)
const parseBackup = object({ folder: text, storeBytes: count, artifactCount: count, artifactBytes: count })

export default defineCommand({
  id: 'runwright.backUpStore',
  title: 'Back Up Store…',
  when: 'isWorkspaceTrusted && runwright.folderConnectionCount > 0',
  titleBar: '6_store@2',
  async run(context) {
    const { vscode } = context
    const title = localize('Back Up Store')
    const connection = await chooseConnection(context, 'folder', title)
    if (connection?.place.kind !== 'folder') return
    const { path, label } = connection.place
    const day = new Date().toISOString().slice(0, 10)
    const chosen = await vscode.window.showSaveDialog({
      title: localize('Back Up Store: a folder that is not there yet'),
      saveLabel: localize('Back Up'),
      defaultUri: vscode.Uri.file(join(homedir(), `${label}-${day}`)),
    })
    if (chosen === undefined) return
    const words = ['store', 'backup', '--workspace', path]
    const work = { title, root: path, words, operands: [chosen.fsPath] }
    const { folder, storeBytes, artifactCount, artifactBytes } = parseBackup(await performCommand(context, work), '')
    const artifacts = localize('{count, plural, one {# artifact} other {# artifacts}}', { count: artifactCount })
    const size = formatSize(storeBytes + artifactBytes)
    const said = localize('Backed up the database and {artifacts}, {size}, to {folder}.', { artifacts, size, folder })
    void vscode.window.showInformationMessage(said)
  },
})
