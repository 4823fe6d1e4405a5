import { findKernel } from '../../client/find-kernel.ts'
import { defineCliCommand } from '../command.ts'
import { readTokens } from '../read-tokens.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'kernels restart',
  summary: 'Replaces the process of a kernel, also of one that has ended; its journal goes on.',
  details: 'What it knew is gone, and what it runs is lost.',
  example: 'runwright kernels restart analysis',
  options: {},
  operands: { usage: 'KERNEL', min: 1, max: 1 },
  async run(context, { operands: [text = ''], json, workspace }) {
    await using client = await context.connect(workspace)
    const { kernelId } = await findKernel(client, text)
    const tokens = await readTokens(workspace, context.env)
    const { kernel } = await client.call('kernels/restart', { kernelId, tokens })
    context.stdout.write(json ? toJson({ kernel }) : `Restarted ${printable(kernel.name)} (${kernelId})\n`)
  },
})
