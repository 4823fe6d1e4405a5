import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { type ErrorCode, RunwrightError } from '../../protocol/errors.ts'
import { cancelShared, createSharedProgress, readSharedBytes, type SharedProgress } from './shared-progress.ts'
import { type TakenFiles, takeFiles, type TakeRequest } from './take-files.ts'

/** Threads that hash files and store their objects. They are started when there is enough to do. */
export interface HashPool extends AsyncDisposable {
  /** At once where it is little, and as a promise where a thread does it. */
  take(request: TakeRequest, sizeBytes: number): TakenFiles | Promise<TakenFiles>
  /** Bytes hashed so far. */
  doneBytes(): number
}

export interface WorkerData {
  readonly shared: SharedProgress
}

export type WorkerAnswer =
  | { readonly taken: TakenFiles }
  | { readonly refusal: { readonly code: ErrorCode; readonly message: string; readonly hint: string | undefined } }
  | { readonly failure: unknown }

/** A thread takes about 20 ms to start: less than this is done sooner by the thread that is there. */
const littleFiles = 128
const littleBytes = 8 << 20

/** More threads than this wait for the disk. */
const maxWorkers = 8

interface Task {
  readonly request: TakeRequest
  readonly resolve: (taken: TakenFiles) => void
  readonly reject: (error: unknown) => void
}

export function openHashPool(signal: AbortSignal): HashPool {
  const shared = createSharedProgress()
  const workers = new Set<Worker>()
  const idle: Worker[] = []
  const queue: Task[] = []
  const running = new Map<Worker, Task>()
  let inlineFiles = 0
  let inlineBytes = 0
  const cancel = () => cancelShared(shared)
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()

  function start(): Worker {
    const worker = new Worker(workerFile(), {
      workerData: { shared } satisfies WorkerData,
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    })
    workers.add(worker)
    worker.on('message', (answer: WorkerAnswer) => {
      const task = running.get(worker)
      running.delete(worker)
      idle.push(worker)
      next()
      if (task !== undefined) settle(task, answer)
    })
    worker.on('error', (error) => {
      workers.delete(worker)
      running.get(worker)?.reject(error)
      running.delete(worker)
      next()
    })
    return worker
  }

  function next(): void {
    const task = queue[0]
    if (task === undefined) return
    const worker = idle.pop() ?? (workers.size < Math.min(maxWorkers, availableParallelism()) ? start() : undefined)
    if (worker === undefined) return
    queue.shift()
    running.set(worker, task)
    worker.postMessage(task.request)
  }

  return {
    take(request, sizeBytes) {
      inlineFiles += request.paths.length
      inlineBytes += sizeBytes
      if (inlineFiles <= littleFiles && inlineBytes <= littleBytes) return takeFiles(request, shared)
      return new Promise((resolve, reject) => {
        queue.push({ request, resolve, reject })
        next()
      })
    },
    doneBytes: () => readSharedBytes(shared),
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', cancel)
      cancel()
      await Promise.all([...workers].map((worker) => worker.terminate()))
    },
  }
}

function settle({ resolve, reject }: Task, answer: WorkerAnswer): void {
  if ('taken' in answer) resolve(answer.taken)
  else if ('refusal' in answer) {
    const { code, message, hint } = answer.refusal
    reject(new RunwrightError(code, message, hint === undefined ? {} : { hint }))
  } else reject(answer.failure)
}

/** Bundles lie side by side; the sources do not. */
function workerFile(): string {
  const bundled = fileURLToPath(new URL('data-worker.js', import.meta.url))
  return existsSync(bundled) ? bundled : fileURLToPath(new URL('worker.ts', import.meta.url))
}
