import { isRecord } from '../../protocol/json.ts'
import { toCodePoints, toUtf16Units } from '../../protocol/jupyter-messages.ts'
import type { Content, LineFromKernel, LineToKernel } from './kernel-lines.ts'
import { prepareCell } from './prepare-cell.ts'
import type { Answer, CellError, CodeQuestion, Question } from './thread-messages.ts'

type Request = LineToKernel & { readonly kind: 'request' }

/** One request of the shell after the other, as Jupyter has it; each ends with the word that all of its output was sent. */
export interface RequestAnswers {
  take(request: Request): void
  /** What the thread that runs cells says. */
  hear(answer: Answer): void
  runningCell(): string | undefined
  /** Begins nothing before `goOn`, as often as this. */
  hold(): void
  goOn(): void
  /** The cell runs, and has not heard that it is interrupted. */
  isDeaf(cellId: string): boolean
  /** Resolves when the cell has heard that it is interrupted, or has ended before that. */
  waitForHearing(cellId: string): Promise<void>
  /** Resolves when the cell has ended by an interrupt, or by itself before that. */
  waitForEnd(cellId: string): Promise<void>
}

export interface RequestAnswersParts {
  tell(line: LineFromKernel): void
  ask(question: Question): void
}

const interrupted: CellError = {
  ename: 'Interrupted',
  evalue: 'The cell was interrupted.',
  traceback: ['Interrupted: The cell was interrupted.'],
}

export function answerRequests({ tell, ask }: RequestAnswersParts): RequestAnswers {
  const queue: Request[] = []
  let current: Request | undefined
  let runningCell: string | undefined
  let count = 0
  let executionCount = 0
  let holdCount = 0
  let hearingCell: string | undefined
  const onCellEnd: (() => void)[] = []
  const onHearing: (() => void)[] = []

  function send(channel: 'iopub' | 'shell' | 'stdin', type: string, parent: string, content: Content): void {
    tell({ kind: 'message', channel, type, parent, content })
  }

  function begin(): void {
    if (holdCount > 0 || current !== undefined) return
    current = queue.shift()
    if (current === undefined) return
    send('iopub', 'status', current.id, { execution_state: 'busy' })
    const { id, content } = current
    const code = textOf(content['code'])
    switch (current.type) {
      case 'execute_request':
        return execute(id, content, code)
      case 'complete_request':
      case 'inspect_request':
        return ask(toQuestion(current, code))
      case 'is_complete_request':
        return reply(readStatus(code))
      default:
        return reply({ status: 'ok', protocol_version: '5.4', implementation: 'runwright' })
    }
  }

  function execute(id: string, content: Content, code: string): void {
    const isSilent = content['silent'] === true
    count = isSilent ? executionCount : ++executionCount
    const prepared = prepareCell(code, isSilent ? 0 : count)
    runningCell = id
    if (prepared.kind === 'refused') {
      const { message, place } = prepared
      const traceback = [...(place === '' ? [] : [`${place}\n`]), `SyntaxError: ${message}`]
      return endCell({ ename: 'SyntaxError', evalue: message, traceback })
    }
    const allowsInput = content['allow_stdin'] === true
    const cell = { id, count: isSilent ? 0 : count, code, isSilent, allowsInput }
    ask({ kind: 'evaluate', cell, expression: prepared.expression })
  }

  function endCell(error: CellError | undefined): void {
    const parent = runningCell ?? ''
    runningCell = undefined
    if (error !== undefined) send('iopub', 'error', parent, { ...error })
    for (const tellEnd of [...onHearing.splice(0), ...onCellEnd.splice(0)]) tellEnd()
    reply({ status: error === undefined ? 'ok' : 'error', execution_count: count, ...error })
  }

  function reply(content: Content): void {
    if (current === undefined) return
    const { id, type } = current
    send('shell', type.replace(/_request$/, '_reply'), id, { status: 'ok', ...content })
    send('iopub', 'status', id, { execution_state: 'idle' })
    current = undefined
    begin()
  }

  return {
    take(request) {
      if (request.type === 'input_reply') return ask({ kind: 'input', value: textOf(request.content['value']) })
      queue.push(request)
      begin()
    },
    hear(answer) {
      if (answer.kind === 'ready') tell({ kind: 'ready' })
      if (answer.kind === 'published') send('iopub', answer.type, answer.cellId, answer.content)
      if (answer.kind === 'answered' && answer.id === current?.id) reply(toReply(answer.content, current))
      if (!('cellId' in answer) || answer.cellId !== runningCell) return
      if (answer.kind === 'asks') {
        const { prompt, isPassword } = answer
        send('stdin', 'input_request', answer.cellId, { prompt, password: isPassword })
      }
      if (answer.kind === 'ended') endCell(answer.error)
      if (answer.kind === 'interrupted') endCell(interrupted)
      if (answer.kind === 'stopping') {
        hearingCell = answer.cellId
        onHearing.splice(0).forEach((tellHearing) => tellHearing())
      }
    },
    runningCell: () => runningCell,
    hold: () => void holdCount++,
    goOn() {
      holdCount--
      begin()
    },
    isDeaf: (cellId) => runningCell === cellId && hearingCell !== cellId,
    waitForHearing: (cellId) =>
      new Promise((resolve) => {
        if (runningCell === cellId && hearingCell !== cellId) onHearing.push(resolve)
        else resolve()
      }),
    waitForEnd: (cellId) =>
      new Promise((resolve) => {
        if (runningCell === cellId) onCellEnd.push(resolve)
        else resolve()
      }),
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function toQuestion({ id, type, content }: Request, code: string): CodeQuestion {
  const position = toUtf16Units(code, Number(content['cursor_pos'] ?? code.length))
  const kind = type === 'complete_request' ? 'complete' : 'inspect'
  return { kind, id, code, position, isDetailed: content['detail_level'] === 1 }
}

/** Positions are told in code points. */
function toReply(content: Content, { content: asked }: Request): Content {
  const { start, end, types, matches, ...rest } = content
  if (typeof start !== 'number' || typeof end !== 'number' || !Array.isArray(matches)) return content
  const code = textOf(asked['code'])
  const typed = matches.map((text: unknown, index) => ({ text, type: Array.isArray(types) ? types[index] : '' }))
  return {
    ...rest,
    matches,
    cursor_start: toCodePoints(code, start),
    cursor_end: toCodePoints(code, end),
    metadata: { _jupyter_types_experimental: typed.filter(isRecord) },
  }
}

function readStatus(code: string): Content {
  const prepared = prepareCell(code, 0)
  if (prepared.kind === 'ready') return { status: 'complete' }
  return prepared.isIncomplete ? { status: 'incomplete', indent: '  ' } : { status: 'invalid' }
}
