import { findKernel } from '../../client/find-kernel.ts'
import { defineCliCommand } from '../command.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'kernels stop',
  summary: 'Ends kernels, with what they know and the journal of their output.',
  example: 'runwright kernels stop 3f2a91c0',
  options: {},
  operands: { usage: 'KERNEL…', min: 1, max: Infinity },
  async run(context, { operands, json, workspace }) {
    await using client = await context.connect(workspace)
    const kernels = await Promise.all(operands.map((text) => findKernel(client, text)))
    for (const { kernelId } of kernels) await client.call('kernels/shutdown', { kernelId })
    if (json) return void context.stdout.write(toJson({ kernels: kernels.map(({ kernelId }) => ({ kernelId })) }))
    for (const { name, kernelId } of kernels) context.stdout.write(`Stopped ${printable(name)} (${kernelId})\n`)
  },
})
