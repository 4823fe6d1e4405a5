/**
 * The process that holds ONNX Runtime: a model that crashes it, or takes all memory, ends this process and not the one
 * that asked. It answers one question after another and ends when its parent does.
 */
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import type { RuntimeSettings } from './messages.ts'
import { volunteer, watchProcess } from './watch-process.ts'

if (isMainThread) {
  // SAFETY: the other end is open-runtime.ts, of the same version.
  const settings = JSON.parse(process.argv.at(-1) ?? '') as RuntimeSettings
  // Ctrl+C reaches every process of a terminal. The parent decides, and kills this one.
  process.on('SIGINT', () => {})
  volunteer()
  // A run blocks its thread, so another one watches.
  new Worker(fileURLToPath(import.meta.url), { workerData: settings }).unref()
  const { serve } = await import('./serve.ts')
  serve(settings)
} else {
  // SAFETY: only the main thread, above, starts this one, with this.
  watchProcess(workerData as RuntimeSettings)
}
