import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { type ErrorCode, RunwrightError } from '../../protocol/errors.ts'
import { makeFiles, type MakeRequest } from './make-files.ts'
import { cancelShared, createSharedProgress, readSharedBytes, type SharedProgress } from './shared-progress.ts'
import { type SendRequest, sendFiles } from './send-files.ts'
import { type TakenFiles, takeFiles, type TakeRequest } from './take-files.ts'

/**
 * Threads that hash files and store their objects, make files from objects, or copy objects. They are started when there
 * is enough to do; little is done at once, by the thread that asks.
 */
export interface HashPool extends AsyncDisposable {
  /** @param sizeBytes of all files together, as far as is known */
  take(request: TakeRequest, sizeBytes: number): TakenFiles | Promise<TakenFiles>
  make(request: MakeRequest, sizeBytes: number): Float64Array | Promise<Float64Array>
  send(request: SendRequest, sizeBytes: number): Float64Array | Promise<Float64Array>
  /** Bytes hashed, made or copied so far. */
  doneBytes(): number
}

export interface WorkerData {
  readonly shared: SharedProgress
}

export type WorkerAnswer =
  | { readonly result: TakenFiles | Float64Array }
  | { readonly refusal: { readonly code: ErrorCode; readonly message: string; readonly hint: string | undefined } }
  | { readonly failure: unknown }

/**
 * Threads take 50 ms of a processor each to start: less than this is done for less by the one that is there. A checkout of
 * 500 files, each of them hashed, checked and made, took a sixth less.
 */
const littleFiles = 2048
const littleBytes = 16 << 20

/** More threads than this wait for the disk. */
const maxWorkers = 8

interface Task {
  readonly request: TakeRequest | MakeRequest | SendRequest
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

export function openHashPool(signal: AbortSignal): HashPool {
  const shared = createSharedProgress()
  const workers = new Set<Worker>()
  const idle: Worker[] = []
  const queue: Task[] = []
  const running = new Map<Worker, Task>()
  const underWay = new Set<Promise<unknown>>()
  let inlineFiles = 0
  let inlineBytes = 0
  let started = 0
  const cancel = () => cancelShared(shared)
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()

  function start(): Worker {
    const worker = new Worker(workerFile(), {
      workerData: { shared } satisfies WorkerData,
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    })
    workers.add(worker)
    started++
    worker.on('message', (answer: WorkerAnswer) => {
      const task = running.get(worker)
      running.delete(worker)
      idle.push(worker)
      next()
      if (task !== undefined) settle(task, answer)
    })
    worker.on('error', (error) => {
      workers.delete(worker)
      started--
      running.get(worker)?.reject(error)
      running.delete(worker)
      next()
    })
    return worker
  }

  function next(): void {
    const task = queue[0]
    if (task === undefined) return
    const worker = idle.pop() ?? (started < Math.min(maxWorkers, availableParallelism()) ? start() : undefined)
    if (worker === undefined) return
    queue.shift()
    running.set(worker, task)
    worker.postMessage(task.request)
  }

  function isLittle(files: number, sizeBytes: number): boolean {
    inlineFiles += files
    inlineBytes += sizeBytes
    return inlineFiles <= littleFiles && inlineBytes <= littleBytes
  }

  function hand<Result>(request: Task['request']): Promise<Result> {
    const work = new Promise<Result>((resolve, reject) => {
      // SAFETY: worker.ts answers each kind of request with its own result.
      queue.push({ request, resolve: (result) => resolve(result as Result), reject })
      next()
    })
    underWay.add(work)
    const forget = () => underWay.delete(work)
    work.then(forget, forget)
    return work
  }

  return {
    take: (request, sizeBytes) =>
      isLittle(request.paths.length, sizeBytes) ? takeFiles(request, shared) : hand<TakenFiles>(request),
    make: (request, sizeBytes) =>
      isLittle(request.files.length, sizeBytes) ? makeFiles(request, shared) : hand<Float64Array>(request),
    send: (request, sizeBytes) =>
      isLittle(request.paths.length, sizeBytes) ? sendFiles(request, shared) : hand<Float64Array>(request),
    doneBytes: () => readSharedBytes(shared),
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', cancel)
      cancel()
      // Each hears of it within a file or a tenth of a second, and removes what it has half-written.
      await Promise.allSettled(underWay)
      await Promise.all([...workers].map((worker) => worker.terminate()))
    },
  }
}

function settle({ resolve, reject }: Task, answer: WorkerAnswer): void {
  if ('result' in answer) resolve(answer.result)
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
