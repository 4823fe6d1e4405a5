import { followExecution } from '../../src/client/follow-execution.ts'
import type { Client } from '../../src/protocol/client.ts'
import type { KernelId } from '../../src/protocol/kernels.ts'
import { newExecutionId } from '../../test/contract/kernel.ts'

/** Runs a cell through the engine, and what it has printed. @throws when it ends otherwise than well */
export async function runCell(client: Client, kernelId: KernelId, code: string): Promise<{ stdout: string }> {
  const { execution } = await client.call('kernels/execute', {
    kernelId,
    executionId: newExecutionId(),
    cell: 'cell',
    code,
  })
  const texts: string[] = []
  for await (const record of followExecution(client, kernelId, execution)) {
    if (record.kind === 'output' && record.output.kind === 'stream') texts.push(record.output.text)
    if (record.kind === 'ended' && record.status !== 'ok') throw new Error(`A cell ended as ${record.status}.`)
  }
  return { stdout: texts.join('') }
}
