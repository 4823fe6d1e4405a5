import type { Client } from '../protocol/client.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { isRecord } from '../protocol/json.ts'
import type { ExecutionId, KernelId } from '../protocol/kernels.ts'
import { followExecution } from './follow-execution.ts'
import { variablesMime, writeVariablesRequest } from './variables-text.ts'

/** What a user has in memory under one name. */
export interface KernelVariable {
  readonly name: string
  /** The name of its class. */
  readonly type: string
  /** Of arrays, tensors and tables; of texts and containers how long they are. */
  readonly shape?: readonly number[]
  /** Of an array's elements, as `float32`. */
  readonly elementType?: string
  /** Of the object itself: of an array all its elements, of a list not what is in it. */
  readonly sizeBytes?: number
  /** As it writes itself, cut at 2,000 characters; empty where only the user's own code could tell. */
  readonly preview: string
}

/**
 * The variables of a kernel in the order of their names, at most 1,000; modules, functions and classes are none. The
 * kernel is asked between cells, and its counter, its history and its names stay as they are.
 *
 * @throws TEMPORARILY_UNAVAILABLE while it is busy, NOT_IMPLEMENTED for a language other than Python, INVALID_STATE when it
 * has ended, is interrupted, or is none of IPython
 */
export async function listVariables(
  client: Pick<Client, 'call'>,
  kernelId: KernelId,
  executionId: ExecutionId,
  signal?: AbortSignal,
): Promise<readonly KernelVariable[]> {
  const { kernel } = await client.call('kernels/get', { kernelId })
  if (kernel.environment.language !== 'python') {
    throw new RunwrightError('NOT_IMPLEMENTED', `Variables of ${kernel.environment.language} cannot be listed yet.`, {
      hint: 'Kernels for Python tell them.',
    })
  }
  if (kernel.status === 'busy') {
    throw new RunwrightError('TEMPORARILY_UNAVAILABLE', `The kernel ${kernel.name} runs a cell now.`, {
      hint: 'Ask again when the cell has ended, or interrupt it.',
    })
  }
  const asked = { kernelId, executionId, code: writeVariablesRequest(), isSilent: true, stopsOnError: false }
  const { execution } = await client.call('kernels/execute', asked)
  let variables: readonly KernelVariable[] | undefined
  let reason = ''
  for await (const record of followExecution(client, kernelId, execution, signal === undefined ? {} : { signal })) {
    if (record.kind !== 'output') continue
    if (record.output.kind === 'error') reason = `: ${record.output.name}: ${record.output.message}`
    if (record.output.kind === 'display') variables = parseVariables(record.output.data[variablesMime])
  }
  if (variables !== undefined) return variables
  throw new RunwrightError('INVALID_STATE', `The kernel ${kernel.name} did not tell its variables${reason}.`, {
    hint: 'It must be of IPython, and not be interrupted meanwhile.',
  })
}

/** Exported for its test. A kernel runs whatever its user has written, so what it tells may be anything. */
export function parseVariables(told: unknown): readonly KernelVariable[] {
  const list: unknown[] = isRecord(told) && Array.isArray(told['variables']) ? told['variables'] : []
  return list.filter(isRecord).flatMap((each): KernelVariable[] => {
    const { name, type, shape, elementType, sizeBytes, preview } = each
    if (typeof name !== 'string' || typeof type !== 'string') return []
    return [
      {
        name,
        type,
        preview: typeof preview === 'string' ? preview : '',
        ...(isShape(shape) ? { shape } : {}),
        ...(typeof elementType === 'string' ? { elementType } : {}),
        ...(typeof sizeBytes === 'number' && sizeBytes >= 0 ? { sizeBytes } : {}),
      },
    ]
  })
}

function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((length) => Number.isSafeInteger(length))
}

/** As `ndarray (100, 3) float64`. */
export function describeVariable({ type, shape, elementType }: KernelVariable): string {
  const lengths = shape === undefined ? undefined : `(${shape.join(', ')})`
  return [type, lengths, elementType].filter((part) => part !== undefined).join(' ')
}
