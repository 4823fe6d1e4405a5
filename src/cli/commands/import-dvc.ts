import { basename, resolve } from 'node:path'
import { defineCliCommand } from '../command.ts'
import { experimentOption, runImport } from '../run-import.ts'

export default defineCliCommand({
  name: 'import dvc',
  summary: 'Brings runs that dvclive has written, and the experiments of DVC.',
  details: `FOLDER is a project or a folder of dvclive. Each folder that dvclive has written becomes a run, and in a git repository
each experiment of "dvc exp" too, as it is committed there. Nothing is stored twice: the same command again brings what is new.`,
  example: 'runwright import dvc . --experiment digits',
  options: {
    ...experimentOption,
  },
  operands: { usage: 'FOLDER', min: 1, max: 1 },
  ownsSignals: true,
  async run(context, { options, operands: [named = ''], json, workspace }) {
    const { openDvc } = await import('../../imports/open-dvc.ts')
    const { env, signal } = context
    const folder = resolve(context.cwd, named)
    const experiment = options.experiment ?? basename(folder)
    await using source = await openDvc(folder, { env, signal, experiment })
    return await runImport(context, { source, workspace, json })
  },
})
