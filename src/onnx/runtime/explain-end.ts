import { RunwrightError } from '../../protocol/errors.ts'
import { ModelFailed } from '../model-failed.ts'
import { tooMuchMemory } from './messages.ts'

/** How a process ended, and why as far as its parent knows. */
export interface End {
  /** What the parent killed it for. */
  readonly killedFor: 'cancel' | 'deadline' | 'dispose' | undefined
  /** A signal's name or an exit code; undefined when it could not be started. */
  readonly how: string | number | undefined
  /** The last of what it printed. */
  readonly said: string
  /** Why it could not be started. */
  readonly cause?: Error
}

export function cancelled(): RunwrightError {
  return new RunwrightError('CANCELLED', 'Cancelled.')
}

/** For whoever asks after the end. */
export function gone(first: Error): RunwrightError {
  return new RunwrightError('INVALID_STATE', `The process that ran models has ended. ${first.message}`, {
    hint: 'Open the model again.',
    cause: first,
  })
}

/**
 * @param about what was loaded or run then, for example a file's name; undefined when it was nothing
 * @param deadlineMs of the question that was not answered
 */
export function explainEnd(end: End, about: string | undefined, deadlineMs = 0): RunwrightError {
  if (end.killedFor === 'cancel') return cancelled()
  if (end.killedFor === 'dispose') return new RunwrightError('INVALID_STATE', 'The session was closed meanwhile.')
  const what = about ?? 'A model'
  if (end.killedFor === 'deadline') {
    return new ModelFailed('deadline', `${what} was not done within ${deadlineMs / 1000} s, so it was stopped.`, {
      hint: 'Give it more time, or smaller inputs.',
    })
  }
  if (/Cannot find (module|package) '[^']*onnxruntime|ERR_DLOPEN_FAILED/.test(end.said)) return cannotLoad(end.said)
  if (end.said.includes(tooMuchMemory)) return needsMemory(what, 'It took more than it was given.')
  if (end.how === 'SIGKILL') return needsMemory(what, 'The system ended its process, most likely for that.')
  if (/bad_alloc|out of memory|allocation failed/i.test(end.said)) return needsMemory(what, lastError(end.said))
  if (about === undefined || end.how === undefined) return endedEarly(end)
  return new ModelFailed('crashed', `${what} crashed ONNX Runtime (${end.how}). ${lastError(end.said)}`.trim(), {
    hint: 'Nothing else was harmed: models run in a process of their own. The model may be damaged, or have met a fault of the library.',
  })
}

/** The runtime's own words for a model that it does not load or run. */
export function explainRefusal(said: string, about: string): ModelFailed {
  const reason = said.replace(/^Error: /, '').trim()
  if (/bad_alloc|bad allocation|Failed to allocate memory|Array buffer allocation failed/i.test(reason)) {
    return needsMemory(about, reason)
  }
  return new ModelFailed('refused', `${about}: ONNX Runtime says: ${reason}`)
}

function needsMemory(about: string, reason: string): ModelFailed {
  return new ModelFailed('memory', `${about} needs more memory than there is. ${reason}`.trim(), {
    hint: 'Give it more memory, or a smaller batch.',
  })
}

function endedEarly({ how, said, cause }: End): RunwrightError {
  const reason = cause?.message ?? lastError(said)
  const ending = how === undefined ? 'could not be started' : `ended by itself (${how})`
  return new RunwrightError(
    'INVALID_STATE',
    `The process that runs models ${ending}${reason === '' ? '.' : `: ${reason}`}`,
  )
}

/** Everything else of Runwright works where this does not. */
function cannotLoad(said: string): RunwrightError {
  const platform = `${process.platform}-${process.arch}`
  return new RunwrightError('NOT_IMPLEMENTED', `ONNX Runtime, which runs models, cannot be loaded on ${platform}.`, {
    hint: `Install the package of Runwright for ${platform}. ${lastError(said)}`,
  })
}

/** The line of an error among what a process printed, else its last line. */
function lastError(said: string): string {
  return /^\w*Error\b.*: .*$/m.exec(said)?.[0] ?? said.split('\n').at(-1) ?? ''
}
