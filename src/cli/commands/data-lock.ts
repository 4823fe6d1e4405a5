import { defineCliCommand } from '../command.ts'
import { freezeAll } from '../freeze-data.ts'

export default defineCliCommand({
  name: 'data lock',
  summary: 'Locks the version of data: neither commit nor restore changes it, until it is unlocked.',
  details: 'As "dvc freeze" does: a line in the .dvc file, which git keeps.',
  example: 'runwright data lock data/test',
  options: {},
  operands: { usage: 'PATH…', min: 1, max: Infinity },
  ownsSignals: true,
  run: (context, input) => freezeAll(context, input, true),
})
