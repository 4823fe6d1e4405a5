import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { chooseTransfer, tellTransfer, transferOptions } from '../tell-transfer.ts'

export default defineCliCommand({
  name: 'data fetch',
  summary: 'Brings data from a remote into the cache; the workspace stays as it is.',
  details: `Bytes are hashed as they come, and what is not what its name says is not stored. What was broken off goes on where it
was. "runwright data checkout" makes the files of the workspace from the cache; "runwright data pull" does both.`,
  example: 'runwright data fetch data/images',
  options: transferOptions,
  operands: { usage: '[PATH…]', min: 0, max: Infinity },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    const { fetchData } = await import('../../data/fetch.ts')
    using data = await openData(context, workspace)
    const choice = await chooseTransfer(context, data, options, operands)
    const result = await fetchData(data.repository, choice, data.work)
    data[Symbol.dispose]()
    return tellTransfer(context, 'Fetched', result, { json })
  },
})
