import { integer, listOf, object, text } from '../../protocol/parse.ts'
import { chooseConnection } from '../choose-connection.ts'
import { defineCommand } from '../command.ts'
import { performCommand, tellDone } from '../data/perform-data.ts'
import { localize } from '../localize.ts'
import { formatSize } from '../tree/format.ts'

const count = integer(0, Number.MAX_SAFE_INTEGER)
const most = 100_000_000
const parseGarbage = object({
  removed: listOf(object({ kind: text, name: text }), most),
  removedBytes: count,
  held: listOf(object({ kind: text, name: text, neededBy: text }), most),
})

/** Names that the question has; the rest is a number. */
const shownNames = 10

export default defineCommand({
  id: 'runwright.deleteForGood',
  title: 'Delete for Good…',
  when: 'isWorkspaceTrusted && runwright.folderConnectionCount > 0',
  titleBar: '6_store@3',
  async run(context) {
    const { vscode } = context
    const title = localize('Delete for Good')
    const connection = await chooseConnection(context, 'folder', title)
    if (connection?.place.kind !== 'folder') return
    const { path } = connection.place
    const words = ['store', 'gc', '--workspace', path]
    const work = { title, root: path, words }
    const found = parseGarbage(await performCommand(context, work), '')
    if (found.removed.length === 0) {
      const said = localize('Nothing was deleted more than 30 days ago that could be deleted for good.')
      return void vscode.window.showInformationMessage(said)
    }
    const [size, { length }] = [formatSize(found.removedBytes), found.removed]
    const question = localize(
      '{count, plural, one {Delete # thing for good, with {size} of artifacts?} other {Delete # things for good, with {size} of artifacts?}}',
      { count: length, size },
    )
    const names = found.removed.slice(0, shownNames).map(({ kind, name }) => `${kind} ${name}`)
    const more = length > names.length ? [localize('and {count} more', { count: length - names.length })] : []
    const stays = found.held.map(({ kind, name, neededBy }) =>
      localize('Kept for {neededBy}: {kind} {name}', { kind, name, neededBy }),
    )
    const warning = localize(
      'All of it was deleted more than 30 days ago; it cannot be restored any more, other than from a backup.',
    )
    const detail = [warning, '', ...names, ...more, ...stays.slice(0, shownNames)].join('\n')
    const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, title)
    if (answer !== title) return
    const { removed, removedBytes } = parseGarbage(
      await performCommand(context, { ...work, words: [...words, '--yes'] }),
      '',
    )
    const gone = { count: removed.length, size: formatSize(removedBytes) }
    tellDone(context, localize('{count, plural, one {# thing} other {# things}} deleted for good, {size}', gone))
  },
})
