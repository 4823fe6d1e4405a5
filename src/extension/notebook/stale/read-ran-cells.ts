import type { Client } from '../../../protocol/client.ts'
import type { Execution, KernelId } from '../../../protocol/kernels.ts'
import { toLanguageId } from '../kernel-choices.ts'
import type { RanCell } from './find-stale.ts'

/**
 * What a kernel has run of a notebook, each cell once, by its last run, in the order of these. Runs whose code the
 * journal does not keep any more are left out.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when the kernel was stopped
 */
export async function readRanCells(
  client: Pick<Client, 'call'>,
  kernelId: KernelId,
  notebookKey: string,
): Promise<readonly RanCell[]> {
  const { kernel } = await client.call('kernels/get', { kernelId })
  const language = toLanguageId(kernel.environment.language)
  const { executions } = await client.call('kernels/executions', { kernelId })
  const ran: RanCell[] = []
  for (const execution of findLastRuns(executions, notebookKey)) {
    const code = await readCode(client, kernelId, execution)
    if (code !== undefined) ran.push({ key: execution.cell, code, language })
  }
  return ran
}

function findLastRuns(executions: readonly Execution[], notebookKey: string): readonly Execution[] {
  const begun = executions.filter(
    ({ cell, status }) => cell.startsWith(notebookKey) && status !== 'queued' && status !== 'aborted',
  )
  const last = new Map(begun.map((each) => [each.cell, each]))
  return begun.filter((each) => last.get(each.cell) === each)
}

/** The code that an execution ran; undefined when it is not kept any more. */
export async function readCode(
  client: Pick<Client, 'call'>,
  kernelId: KernelId,
  { executionId, firstSeq }: Pick<Execution, 'executionId' | 'firstSeq'>,
): Promise<string | undefined> {
  const { records } = await client.call('kernels/read', { kernelId, executionId, after: firstSeq - 1, limit: 1 })
  return records[0]?.kind === 'queued' ? records[0].code : undefined
}
