import { integer, listOf, object, text } from '../../protocol/parse.ts'
import { chooseConnection } from '../choose-connection.ts'
import { defineCommand } from '../command.ts'
import { performCommand } from '../data/perform-data.ts'
import { warn } from '../data/tell-result.ts'
import { localize } from '../localize.ts'

const count = integer(0, Number.MAX_SAFE_INTEGER)
const parseCheck = object({
  findings: listOf(object({ kind: text, subject: text, problem: text }), 1_000_000),
  findingCount: count,
  seriesCount: count,
  pointCount: count,
  artifactCount: count,
})

export default defineCommand({
  id: 'runwright.checkStore',
  title: 'Check Store',
  when: 'isWorkspaceTrusted && runwright.folderConnectionCount > 0',
  titleBar: '6_store@1',
  async run(context) {
    const title = localize('Check Store')
    const connection = await chooseConnection(context, 'folder', title)
    if (connection?.place.kind !== 'folder') return
    const { path } = connection.place
    const words = ['store', 'check', '--workspace', path]
    const answer = await performCommand(context, { title, root: path, words })
    const { findings, findingCount, seriesCount, pointCount, artifactCount } = parseCheck(answer, '')
    if (findingCount === 0) {
      const what = {
        points: localize('{count, plural, one {# point} other {# points}}', { count: pointCount }),
        metrics: localize('{count, plural, one {# metric} other {# metrics}}', { count: seriesCount }),
        artifacts: localize('{count, plural, one {# artifact} other {# artifacts}}', { count: artifactCount }),
      }
      const said = localize('All is well: {points}, {metrics} and {artifacts} checked.', what)
      return void context.vscode.window.showInformationMessage(said)
    }
    await warn(
      context,
      localize('{count, plural, one {# thing is} other {# things are}} damaged or missing in the store.', {
        count: findingCount,
      }),
      findings.map(({ kind, subject, problem }) => `${kind} ${subject}: ${problem}`),
    )
  },
})
