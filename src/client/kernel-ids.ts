import { RunwrightError } from '../protocol/errors.ts'
import { type ExecutionId, type KernelId, parseExecutionId, parseKernelId } from '../protocol/kernels.ts'

/** Where chance comes from. */
interface Random {
  randomBytes(sizeBytes: number): Uint8Array
}

export function newKernelId(context: Random): KernelId {
  return parseKernelId(randomHex(context)) ?? fail()
}

export function newExecutionId(context: Random): ExecutionId {
  return parseExecutionId(randomHex(context)) ?? fail()
}

function randomHex({ randomBytes }: Random): string {
  return Buffer.from(randomBytes(16)).toString('hex')
}

function fail(): never {
  throw new RunwrightError('INTERNAL_ERROR', 'Sixteen bytes make no id.')
}
