import { basename, relative, sep } from 'node:path'
import { listOf, object, text } from '../../protocol/parse.ts'
import { defineCommand } from '../command.ts'
import type { CommandContext } from '../context.ts'
import { askCommandLine } from '../data/command-line.ts'
import { chooseTracked } from '../data/choose-data.ts'
import { localize } from '../localize.ts'

/** The first node is what was asked for. */
const parseGraph = object({ nodes: listOf(object({ id: text }), 10_000) })

export default defineCommand({
  id: 'runwright.showDataLineage',
  title: 'Show Lineage of Data',
  when: 'isWorkspaceTrusted && runwright.dataRepositoryCount > 0',
  view: 'data',
  fileMenu: '3_runwrightData@6',
  fileMenuWhen: 'resourcePath in runwright.dataPaths',
  elementMenus: [{ appliesTo: 'viewItem =~ /^(out|entry)/', menu: '2_compare@3' }],
  async run(context, ...args) {
    const chosen = await chooseTracked(context, args, localize('Show Lineage of Data'))
    const connection = chosen && findConnection(context, chosen.path)
    if (chosen === undefined || connection === undefined) return
    const words = ['lineage', '--workspace', connection.folder, '--depth', '1', '--limit', '1']
    // The command line knows which version the path is now, and says so where no run knows it.
    const graph = await askCommandLine(context.cli, { folder: chosen.root, words, operands: [chosen.path] })
    const [node] = parseGraph(graph, '').nodes
    if (node !== undefined) context.lineage.open(connection.id, 'data', node.id, basename(chosen.path))
  },
})

/** Of the innermost folder that a place lies in. */
function findConnection({ connections }: Pick<CommandContext, 'connections'>, path: string) {
  return connections
    .list()
    .flatMap(({ id, place }) => (place.kind === 'folder' ? [{ id, folder: place.path }] : []))
    .filter(({ folder }) => relative(folder, path).split(sep)[0] !== '..')
    .toSorted((a, b) => b.folder.length - a.folder.length)[0]
}
