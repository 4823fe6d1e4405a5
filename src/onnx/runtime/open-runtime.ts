import { type ChildProcess, spawn } from 'node:child_process'
import { dirname } from 'node:path'
import type { NodeCommand } from '../../base/node-command.ts'
import { createPendingAnswers } from '../../base/pending-answers.ts'
import { createExchange, type Exchange, openExchangeFile } from './exchange.ts'
import { cancelled, type End, explainEnd, explainRefusal, gone } from './explain-end.ts'
import type { Answers, FromRuntime, Question, RuntimeSettings, ToRuntime } from './messages.ts'
import { type Patience, watchChild, type WatchedChild } from './watch-child.ts'

/** A question that is made when it is its turn, since the exchange is free only then. */
export interface Request<Kind extends Question['kind'], Result> extends Patience {
  /** What errors name: the model's file, for example. */
  readonly about: string
  ask(exchange: Exchange): Extract<Question, { kind: Kind }>
  read(answer: Answers[Kind], exchange: Exchange): Result
}

/** A process that holds ONNX Runtime. Disposing it kills the process, whatever it does. */
export interface Runtime extends AsyncDisposable {
  readonly pid: number
  /**
   * Questions are answered one after another.
   *
   * @throws ModelFailed; CANCELLED; INVALID_STATE when the process has ended before; what `ask` and `read` throw
   */
  request<Kind extends Question['kind'], Result>(request: Request<Kind, Result>): Promise<Result>
}

/**
 * Starts the process and waits until the library is loaded.
 *
 * @param signal kills the process
 * @throws NOT_IMPLEMENTED where the library cannot be loaded; INVALID_STATE; CANCELLED
 */
export async function openRuntime(
  command: NodeCommand,
  settings: Pick<RuntimeSettings, 'memoryBytes'>,
  signal: AbortSignal,
): Promise<Runtime> {
  if (signal.aborted) throw cancelled()
  const file = openExchangeFile()
  const child = start(command, { ...settings, hasExchange: file !== undefined, parentPid: process.pid }, file?.fd)
  const watched = watchChild(child)
  const onAbort = () => void watched.kill('cancel')
  signal.addEventListener('abort', onAbort, { once: true })
  const questions = createQuestions(child, watched, createExchange(file?.fd))
  const settled = watched.ended.then((end) => {
    signal.removeEventListener('abort', onAbort)
    file?.[Symbol.dispose]()
    questions.end(end)
  })
  await Promise.race([new Promise((resolve) => child.once('message', resolve)), settled])
  questions.start()
  return {
    pid: child.pid ?? 0,
    request: questions.request,
    async [Symbol.asyncDispose]() {
      await watched.kill('dispose')
      await settled
    },
  }
}

function start({ file, args, env }: NodeCommand, settings: RuntimeSettings, exchange: number | undefined) {
  return spawn(file, [...args, JSON.stringify(settings)], {
    // The last of them is `exchangeFd`.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc', exchange ?? 'ignore'],
    serialization: 'advanced',
    // A model that is given as bytes may name files in the folder where the process runs: there are none of the user's.
    cwd: dirname(file),
    windowsHide: true,
    env: { ...process.env, ...env },
  })
}

interface Questions {
  readonly request: Runtime['request']
  /** @throws the error of the end, when there has been one */
  start(): void
  end(end: End): void
}

function createQuestions(child: ChildProcess, watched: WatchedChild, exchange: Exchange): Questions {
  const pending = createPendingAnswers<Answers[keyof Answers]>()
  let asked: { readonly about?: string; readonly deadlineMs?: number | undefined } = {}
  let ended: Error | undefined
  let turn: Promise<unknown> = Promise.resolve()
  child.on('message', (message: FromRuntime) => {
    if (message.kind === 'done') pending.resolve(message.id, message.answer)
    else if (message.kind === 'failed') pending.reject(message.id, explainRefusal(message.message, asked.about ?? ''))
  })
  // Where the channel is closed the process has ended, which is told by its end.
  const send = (message: ToRuntime) => child.send(message, () => {})
  const answer = async <Kind extends Question['kind'], Result>(request: Request<Kind, Result>): Promise<Result> => {
    if (request.signal?.aborted === true) throw cancelled()
    if (ended !== undefined) throw gone(ended)
    const question = request.ask(exchange)
    asked = request
    let id = 0
    using _patience = watched.attend(request, () => send({ kind: 'cancel', id }))
    const found = await pending
      .ask((next) => send({ ...question, id: (id = next) }))
      .finally(() => (asked = {}))
      .catch((error: unknown) => {
        throw request.signal?.aborted === true ? cancelled() : error
      })
    // SAFETY: the process answers a question by what stands for its kind, and is of the same version.
    const result = request.read(found as Answers[Kind], exchange)
    exchange.trim()
    return result
  }
  return {
    request(request) {
      const result = turn.then(() => answer(request))
      turn = result.catch(() => {})
      return result
    },
    start() {
      if (ended !== undefined) throw ended
    },
    end(end) {
      ended = explainEnd(end, asked.about, asked.deadlineMs)
      pending.end(ended)
    },
  }
}
