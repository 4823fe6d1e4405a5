/** A thread that hashes and stores files for `hash-pool.ts`. */
import { parentPort, workerData } from 'node:worker_threads'
import { RunwrightError } from '../../protocol/errors.ts'
import type { WorkerAnswer, WorkerData } from './hash-pool.ts'
import { makeFiles, type MakeRequest } from './make-files.ts'
import { type SendRequest, sendFiles } from './send-files.ts'
import { takeFiles, type TakeRequest } from './take-files.ts'

// SAFETY: only hash-pool.ts starts this file, with this.
const { shared } = workerData as WorkerData

parentPort?.on('message', (request: TakeRequest | MakeRequest | SendRequest) => {
  try {
    answer({ result: perform(request) })
  } catch (error) {
    if (error instanceof RunwrightError) {
      const { code, message, hint } = error
      answer({ refusal: { code, message, hint } })
    } else answer({ failure: error })
  }
})

function perform(request: TakeRequest | MakeRequest | SendRequest) {
  if ('files' in request) return makeFiles(request, shared)
  return 'to' in request ? sendFiles(request, shared) : takeFiles(request, shared)
}

function answer(message: WorkerAnswer): void {
  parentPort?.postMessage(message)
}
