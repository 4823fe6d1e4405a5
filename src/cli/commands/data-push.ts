import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { chooseTransfer, tellTransfer, transferOptions } from '../tell-transfer.ts'

export default defineCliCommand({
  name: 'data push',
  summary: 'Sends data to a remote: what it lacks of the files and folders of this workspace.',
  details: `Objects go there by their hashes, as DVC has them, so "dvc pull" brings them too. The list of a folder goes last, when
all of its files are seen to be there. What was broken off goes on where it was.`,
  example: 'runwright data push data/images',
  options: transferOptions,
  operands: { usage: '[PATH…]', min: 0, max: Infinity },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    const { pushData } = await import('../../data/push.ts')
    using data = await openData(context, workspace)
    const choice = await chooseTransfer(context, data, options, operands)
    const result = await pushData(data.repository, choice, data.work)
    data[Symbol.dispose]()
    return tellTransfer(context, 'Pushed', result, { json })
  },
})
