import { writeSync } from 'node:fs'
import { Session } from 'node:inspector'
import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { MessagePort } from 'node:worker_threads'
import { isRecord } from '../../protocol/json.ts'
import { readJsonLines } from '../relay/json-lines.ts'
import { answerRequests, type RequestAnswers } from './answer-requests.ts'
import { joinTexts } from './join-texts.ts'
import { kernelPipes, type LineToKernel } from './kernel-lines.ts'
import { type Answer, type Backlog, type Question, weightOf } from './thread-messages.ts'

/**
 * The thread that speaks to the relay. It is not the one that runs cells, so that it hears an interrupt in the midst of a
 * loop without end, and writes what is printed there.
 */
export function speakToRelay(port: MessagePort, backlog: Backlog): void {
  const { tell, flush } = joinTexts((line) => writeWhole(`${JSON.stringify(line)}\n`))
  const ask = (question: Question) => port.postMessage(question)
  const requests = answerRequests({ tell, ask })
  let interrupting = Promise.resolve()
  let lastInterrupted: string | undefined

  const input = new Socket({ fd: kernelPipes.input, readable: true, writable: false })
  // Nobody keeps it any more.
  input.once('close', () => process.kill(process.pid, 'SIGKILL')).on('error', () => input.destroy())
  readJsonLines(input, (value) => {
    if (!isRecord(value)) return
    // SAFETY: the relay alone has the other end of this pipe.
    const line = value as unknown as LineToKernel
    if (line.kind === 'ping') tell({ kind: 'pong' })
    else if (line.kind === 'request') requests.take(line)
    else {
      const cellId = requests.runningCell()
      if (cellId !== undefined && cellId === lastInterrupted) return
      lastInterrupted = cellId
      // What is ended must not be what begins meanwhile.
      requests.hold()
      interrupting = interrupting.then(() => interrupt(cellId, requests, ask))
    }
  })
  port.on('message', (answer: Answer) => {
    requests.hear(answer)
    if (answer.kind === 'leaving') {
      flush()
      Atomics.store(backlog, 1, 1)
      Atomics.notify(backlog, 1)
    }
    Atomics.sub(backlog, 0, weightOf(answer))
    Atomics.notify(backlog, 0)
  })
}

/** One that only waits hears it sooner. */
const patienceMs = 50

/** For what a cell has still to say. What it waited for may have come meanwhile, and may loop. */
const stopMs = 10_000

/**
 * A cell that waits is told. One that computes is ended in the midst of that, and with it, it may be, whoever was to hear
 * that it is interrupted: so it is told again until it was heard. Only then is it asked to say what becomes of it, and of
 * its run, so that nothing of that is ended in its midst, however slow the machine is.
 */
async function interrupt(
  cellId: string | undefined,
  requests: RequestAnswers,
  ask: (question: Question) => void,
): Promise<void> {
  // Without a cell, what an earlier one has left behind may loop.
  if (cellId === undefined) await terminate()
  if (cellId !== undefined) {
    const heard = requests.waitForHearing(cellId)
    while (requests.isDeaf(cellId)) {
      ask({ kind: 'interrupt', cellId })
      await Promise.race([heard, delay(patienceMs)])
      if (requests.isDeaf(cellId)) await terminate()
    }
    const ended = requests.waitForEnd(cellId)
    while (requests.runningCell() === cellId) {
      ask({ kind: 'stop', cellId })
      await Promise.race([ended, delay(stopMs, undefined, { ref: false })])
      if (requests.runningCell() === cellId) await terminate()
    }
  }
  requests.goOn()
}

const terminateMs = 1000

/** Ends what the main thread executes, wherever it is. Where it executes nothing, nothing is ended. */
async function terminate(): Promise<void> {
  const session = new Session()
  session.connectToMainThread()
  const ended = new Promise<void>((resolve) => session.post('Runtime.terminateExecution', () => resolve()))
  await Promise.race([ended, delay(terminateMs)])
  session.disconnect()
}

/**
 * Before the next thing is heard, so that what was said is out when the process ends. Without anybody who reads it the
 * process ends here: the main thread, in a loop without end, would not hear that this one has failed.
 */
function writeWhole(text: string): void {
  let bytes = Buffer.from(text)
  try {
    while (bytes.length > 0) bytes = bytes.subarray(writeSync(kernelPipes.output, bytes))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') process.kill(process.pid, 'SIGKILL')
    throw error
  }
}
