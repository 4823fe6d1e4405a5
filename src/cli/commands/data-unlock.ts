import { defineCliCommand } from '../command.ts'
import { freezeAll } from '../freeze-data.ts'

export default defineCliCommand({
  name: 'data unlock',
  summary: 'Unlocks the version of data that was locked.',
  details: 'As "dvc unfreeze" does: a line in the .dvc file, which git keeps.',
  example: 'runwright data unlock data/test',
  options: {},
  operands: { usage: 'PATH…', min: 1, max: Infinity },
  ownsSignals: true,
  run: (context, input) => freezeAll(context, input, false),
})
