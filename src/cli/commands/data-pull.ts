import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { formatInteger } from '../../protocol/quantities.ts'
import { chooseTransfer, tellTransfer, transferOptions } from '../tell-transfer.ts'

export default defineCliCommand({
  name: 'data pull',
  summary: 'Brings data from a remote and makes the files of the workspace from it: fetch, then checkout.',
  details: `Where something could not be brought, the workspace stays as it is. Files that are in no cache are never overwritten:
then nothing is changed and they are named. --force gives them up.`,
  example: 'runwright data pull',
  options: {
    ...transferOptions,
    force: { type: 'boolean', short: 'f', summary: 'Overwrite and remove files whose contents are kept nowhere' },
  },
  operands: { usage: '[PATH…]', min: 0, max: Infinity },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    const [{ fetchData }, { checkoutPaths }] = await Promise.all([
      import('../../data/fetch.ts'),
      import('../../data/checkout.ts'),
    ])
    using data = await openData(context, workspace)
    const choice = await chooseTransfer(context, data, options, operands)
    const result = await fetchData(data.repository, choice, data.work)
    const isWhole = result.failedCount === 0
    const how = { paths: choice.paths, isForced: options.force }
    const checkedOut = isWhole ? await checkoutPaths(data.repository, how, data.work, context.env) : []
    data[Symbol.dispose]()
    const exitCode = tellTransfer(context, 'Fetched', result, { json, more: { checkedOut } })
    if (json || !isWhole) return exitCode
    const sum = (key: 'added' | 'changed' | 'removed') => checkedOut.reduce((total, each) => total + each[key], 0)
    const counts = (['added', 'changed', 'removed'] as const).map((key) => `${formatInteger(sum(key))} ${key}`)
    context.stdout.write(`In the workspace: ${counts.join(', ')}.\n`)
    return exitCode
  },
})
