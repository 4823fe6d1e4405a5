import { defineCommand } from '../command.ts'
import { isRunElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.showLineage',
  title: 'Show Lineage',
  appliesTo: String.raw`viewItem =~ /^run .*\blocal\b/`,
  menu: '1_open@4',
  accepts: isRunElement,
  takes: 'one',
  async run({ lineage }, [{ row, experiment }]) {
    lineage.open(experiment.connectionId, 'run', row.runId, row.name)
  },
})
