import { basename, dirname, extname, resolve } from 'node:path'
import { defineCliCommand } from '../command.ts'
import { experimentOption, runImport } from '../run-import.ts'

export default defineCliCommand({
  name: 'import csv',
  summary: 'Brings tables of numbers as runs: a file is a run, a column a metric.',
  details: `PATH is a .csv or .tsv file, or a folder with some. The first line names the columns. The step is in the column "step",
"global_step", "epoch", "iteration" or "iter", whichever comes first, or is the number of the line; cells without a number are
left out. Nothing is stored twice: the same command again brings what is new.`,
  example: 'runwright import csv logs --experiment digits --step epoch',
  options: {
    ...experimentOption,
    step: { type: 'string', value: 'COLUMN', summary: 'The column with the step' },
    time: {
      type: 'string',
      value: 'COLUMN',
      summary: 'The column with the time, in seconds or milliseconds since 1970',
    },
  },
  operands: { usage: 'PATH', min: 1, max: 1 },
  ownsSignals: true,
  async run(context, { options, operands: [named = ''], json, workspace }) {
    const { openCsv } = await import('../../imports/open-csv.ts')
    const path = resolve(context.cwd, named)
    const folder = /^\.[ct]sv$/i.test(extname(path)) ? dirname(path) : path
    const experiment = options.experiment ?? basename(folder)
    await using source = await openCsv(path, { experiment, stepColumn: options.step, timeColumn: options.time })
    return await runImport(context, { source, workspace, json })
  },
})
