import { Console } from 'node:console'
import timers from 'node:timers'
import timersPromises from 'node:timers/promises'
import { syncBuiltinESMExports } from 'node:module'
import type { MessagePort, Worker } from 'node:worker_threads'
import { defineCellGlobals } from './cell-globals.ts'
import { createCellScope, type RunningCell } from './cell-scope.ts'
import { createCellSources } from './cell-sources.ts'
import { createCellStream } from './cell-streams.ts'
import { answerCode } from './code-at-cursor.ts'
import { describeError } from './describe-error.ts'
import { createPublisher } from './create-publisher.ts'
import { createEvaluator, type Evaluation } from './evaluator.ts'
import type { Content } from './kernel-lines.ts'
import { createMagics } from './magics/create-magics.ts'
import { renderValue } from './render-value.ts'
import type { Backlog, CellRequest, Question } from './thread-messages.ts'

/**
 * The thread that runs cells: the main one, as code expects it. It says what they show to the thread that speaks to the
 * relay, which goes on while a cell computes.
 *
 * @param folder absolute; modules are looked for from there
 */
export function runCellThread(
  port: Pick<Worker | MessagePort, 'on' | 'postMessage'>,
  backlog: Backlog,
  folder: string,
): void {
  const evaluator = createEvaluator()
  const scope = createCellScope()
  const sources = createCellSources()
  const { answer, publish: send, report } = createPublisher({ port, backlog, scope, sources })
  const magics = createMagics({
    env: process.env,
    cell: scope.current,
    publish,
    read: (name) => evaluator.peek(name)?.value,
    now: Date.now,
  })
  const asked: { cell: RunningCell; resolve(value: string): void }[] = []
  const running = new Map<string, RunningCell>()

  function publish(type: string, content: Content, cell = scope.current()): void {
    magics.hear(cell, type, content)
    send(type, content, cell)
  }

  function input(prompt: string, isPassword: boolean): Promise<string> {
    const cell = scope.current()
    if (cell?.allowsInput !== true || !running.has(cell.id)) {
      return Promise.reject(new Error('This cell cannot ask for input: nobody is there to answer.'))
    }
    return new Promise((resolve) => {
      asked.push({ cell, resolve })
      answer({ kind: 'asks', cellId: cell.id, prompt, isPassword })
    })
  }

  function watchCell(): () => boolean {
    const cell = scope.current()
    return () => cell?.isInterrupted === true
  }

  const globals = defineCellGlobals(globalThis, { folder, publish, input, magic: magics.call, watchCell })
  takeStreams(publish)
  for (const holder of [globalThis, timers, timersPromises]) scope.guardTimers(holder)
  syncBuiltinESMExports()
  process.on('uncaughtException', report).on('unhandledRejection', report)

  function end(cell: RunningCell, evaluation: Evaluation): void {
    if (!running.has(cell.id) || cell.isInterrupted || evaluation.kind === 'terminated') return
    const failure = evaluation.kind === 'thrown' ? describeError(evaluation.value, sources.get) : undefined
    const status = failure === undefined ? 'FINISHED' : 'FAILED'
    const told = magics.end(cell, status, failure === undefined ? '' : `${failure.traceback.join('\n')}\n`)
    if (told === undefined) settle(cell, evaluation)
    else void told.then(() => settle(cell, evaluation))
  }

  function settle(cell: RunningCell, evaluation: Exclude<Evaluation, { kind: 'terminated' }>): void {
    if (!running.delete(cell.id)) return
    if (evaluation.kind === 'thrown') {
      return answer({ kind: 'ended', cellId: cell.id, error: describeError(evaluation.value, sources.get) })
    }
    const { value } = evaluation
    try {
      if (!cell.isSilent && value !== undefined && !globals.isHandle(value)) {
        const content = { execution_count: cell.count, data: renderValue(value), metadata: {} }
        publish('execute_result', content, cell)
      }
      answer({ kind: 'ended', cellId: cell.id })
    } catch (error) {
      answer({ kind: 'ended', cellId: cell.id, error: describeError(error, sources.get) })
    }
  }

  function begin(request: CellRequest, expression: string): void {
    const cell: RunningCell = { ...request, isInterrupted: false }
    running.set(cell.id, cell)
    sources.add(cell)
    scope.run(cell, () => evaluator.evaluate(expression, (evaluation) => end(cell, evaluation)))
  }

  function interrupt(cellId: string): void {
    const cell = running.get(cellId)
    if (cell !== undefined) cell.isInterrupted = true
    answer({ kind: 'stopping', cellId })
  }

  function stop(cellId: string): void {
    const cell = running.get(cellId)
    if (cell !== undefined) {
      // What is shown of its run, it may show.
      cell.isInterrupted = false
      void magics.end(cell, 'KILLED', '')
      cell.isInterrupted = true
    }
    running.delete(cellId)
    answer({ kind: 'interrupted', cellId })
  }

  port.on('message', (question: Question) => {
    switch (question.kind) {
      case 'evaluate':
        return begin(question.cell, question.expression)
      case 'interrupt':
        return interrupt(question.cellId)
      case 'stop':
        return stop(question.cellId)
      case 'input':
        return asked.splice(0).forEach(({ cell, resolve }) => cell.isInterrupted || resolve(question.value))
      case 'complete':
      case 'inspect':
        return answer({ kind: 'answered', id: question.id, content: answerCode(evaluator, question) })
    }
  })
  answer({ kind: 'ready' })
}

/** What is printed by whatever way of Node is said to the relay; a console of its own, since the inspector keeps what Node’s is given. */
function takeStreams(publish: (type: string, content: Content) => void): void {
  const stdout = createCellStream(1, (text) => publish('stream', { name: 'stdout', text }))
  const stderr = createCellStream(2, (text) => publish('stream', { name: 'stderr', text }))
  Object.defineProperty(process, 'stdout', { value: stdout, configurable: true })
  Object.defineProperty(process, 'stderr', { value: stderr, configurable: true })
  const own = new Console({ stdout, stderr, ignoreErrors: false })
  own.clear = () => publish('clear_output', { wait: false })
  Object.defineProperty(globalThis, 'console', { value: own, writable: true, configurable: true })
}
