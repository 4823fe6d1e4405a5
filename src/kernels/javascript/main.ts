/**
 * The process of a JavaScript kernel: `node main.ts`, in the folder of its notebook. The relay that starts it speaks to it
 * over two pipes (`kernel-lines.ts`). Its main thread runs the cells, a second one does all else.
 */
import { writeSync } from 'node:fs'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { runCellThread } from './cell-thread.ts'
import { speakToRelay } from './speak-to-relay.ts'
import type { Answer, Backlog } from './thread-messages.ts'

/** The parser of types is young, and warns so. */
const quiet = '--disable-warning=ExperimentalWarning'

if (isMainThread) {
  const backlog: Backlog = new Int32Array(new SharedArrayBuffer(8))
  const speaker = new Worker(new URL(import.meta.url), { workerData: backlog, execArgv: [quiet], stderr: true })
  speaker.once('error', (error) => {
    try {
      writeSync(2, `${String(error)}\n`)
    } finally {
      // Nobody would hear what cells say. The relay itself may be gone, and with it who reads the line above.
      process.kill(process.pid, 'SIGKILL')
    }
  })
  process.once('exit', () => {
    const leaving: Answer = { kind: 'leaving' }
    speaker.postMessage(leaving)
    Atomics.wait(backlog, 1, 0, 5000)
  })
  runCellThread(speaker, backlog, process.cwd())
} else if (parentPort !== null) {
  // SAFETY: it was started above.
  speakToRelay(parentPort, workerData as Backlog)
}
