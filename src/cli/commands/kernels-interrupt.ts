import { findKernel } from '../../client/find-kernel.ts'
import { defineCliCommand } from '../command.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'kernels interrupt',
  summary: 'Interrupts what a kernel runs, as Ctrl+C does; what waits is taken from its queue.',
  example: 'runwright kernels interrupt analysis',
  options: {},
  operands: { usage: 'KERNEL', min: 1, max: 1 },
  async run(context, { operands: [text = ''], json, workspace }) {
    await using client = await context.connect(workspace)
    const { kernelId, name } = await findKernel(client, text)
    await client.call('kernels/interrupt', { kernelId })
    context.stdout.write(json ? toJson({ kernelId }) : `Interrupted ${printable(name)} (${kernelId})\n`)
  },
})
