import { findKernel } from '../../client/find-kernel.ts'
import { newExecutionId } from '../../client/kernel-ids.ts'
import { describeVariable, listVariables } from '../../client/kernel-variables.ts'
import { formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand } from '../command.ts'
import { formatTable } from '../table.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'kernels variables',
  summary: 'Lists what is in the memory of a kernel for Python: names, types, shapes, sizes.',
  details: 'It is asked between cells; one that is busy tells nothing. --json has previews of the values, too.',
  example: 'runwright kernels variables analysis',
  options: {},
  operands: { usage: 'KERNEL', min: 1, max: 1 },
  async run(context, { operands: [text = ''], json, workspace }) {
    await using client = await context.connect(workspace)
    const { kernelId } = await findKernel(client, text)
    const variables = await listVariables(client, kernelId, newExecutionId(context), context.signal)
    if (json) return void context.stdout.write(toJson({ variables }))
    if (variables.length === 0) return void context.stdout.write('It has no variables.\n')
    const rows = variables.map((each) => [
      printable(each.name),
      printable(describeVariable(each)),
      each.sizeBytes === undefined ? '' : formatSize(each.sizeBytes),
    ])
    const columns = [
      { title: 'NAME', minWidth: 8 },
      { title: 'TYPE', minWidth: 8 },
      { title: 'SIZE', align: 'right' },
    ] as const
    context.stdout.write(formatTable(columns, rows, context.stdout.columns))
  },
})
