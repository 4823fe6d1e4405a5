import { defineCommand } from '../command.ts'
import { isRunElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.showCompression',
  title: 'Show Compression',
  icon: '$(graph-scatter)',
  appliesTo: String.raw`viewItem =~ /^run .*\bsearch\b/`,
  menu: ['1_open@0', 'inline@0'],
  accepts: isRunElement,
  takes: 'one',
  async run({ compressions }, [{ row, experiment }]) {
    // A search calls its run “compress MODEL”, and its page is called by what it is anyway.
    const name = row.name.replace(/^compress (?=.)/, '')
    compressions.open({ kind: 'run', connectionId: experiment.connectionId, runId: row.runId }, name)
  },
})
