import { type ErrorCode, RunwrightError } from '../protocol/errors.ts'

/**
 * What a model did to the process that ran it. `refused`: the runtime said no, and goes on. `crashed`: the process ended
 * by a fault. `memory`: it needed more than there is, or than it was given. `deadline`: it was not done in its time.
 */
export type ModelFailure = 'refused' | 'crashed' | 'memory' | 'deadline'

/** A model that could not be loaded or run. */
export class ModelFailed extends RunwrightError {
  readonly failure: ModelFailure

  constructor(failure: ModelFailure, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(codes[failure], message, options)
    this.failure = failure
  }
}

const codes: Readonly<Record<ModelFailure, ErrorCode>> = {
  refused: 'BAD_REQUEST',
  crashed: 'INVALID_STATE',
  memory: 'INVALID_STATE',
  deadline: 'INVALID_STATE',
}
