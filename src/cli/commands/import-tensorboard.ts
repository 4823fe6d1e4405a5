import { basename, resolve } from 'node:path'
import { defineCliCommand } from '../command.ts'
import { experimentOption, runImport } from '../run-import.ts'

export default defineCliCommand({
  name: 'import tensorboard',
  summary: 'Brings the scalars and hyperparameters of TensorBoard event files.',
  details: `Each folder below FOLDER that has event files becomes a run, named by its path. Nothing is stored twice: the same
command again brings what was written since. Pictures, histograms, graphs and texts do not come.`,
  example: 'runwright import tensorboard runs --experiment digits',
  options: {
    ...experimentOption,
  },
  operands: { usage: 'FOLDER', min: 1, max: 1 },
  ownsSignals: true,
  async run(context, { options, operands: [named = ''], json, workspace }) {
    const { openTensorboard } = await import('../../imports/open-tensorboard.ts')
    const folder = resolve(context.cwd, named)
    await using source = await openTensorboard(folder, options.experiment ?? basename(folder))
    return await runImport(context, { source, workspace, json })
  },
})
