/**
 * Every way a request can fail, by the code that goes on the wire. The upper block holds MLflow's own codes with the
 * HTTP status its server answers (mlflow/exceptions.py, 3.17); the lower one holds what MLflow has no word for.
 */
export const errorCodes = {
  BAD_REQUEST: { status: 400, retry: false },
  INVALID_PARAMETER_VALUE: { status: 400, retry: false },
  RESOURCE_ALREADY_EXISTS: { status: 400, retry: false },
  UNAUTHENTICATED: { status: 401, retry: false },
  PERMISSION_DENIED: { status: 403, retry: false },
  RESOURCE_DOES_NOT_EXIST: { status: 404, retry: false },
  ENDPOINT_NOT_FOUND: { status: 404, retry: false },
  RESOURCE_CONFLICT: { status: 409, retry: false },
  REQUEST_LIMIT_EXCEEDED: { status: 429, retry: true },
  INTERNAL_ERROR: { status: 500, retry: false },
  INVALID_STATE: { status: 500, retry: false },
  NOT_IMPLEMENTED: { status: 501, retry: false },
  TEMPORARILY_UNAVAILABLE: { status: 503, retry: true },

  /** The disk or the quota is full; nothing of the request was stored. */
  STORAGE_FULL: { status: 507, retry: true },
  /** The folder or file cannot be written. */
  STORAGE_READ_ONLY: { status: 500, retry: false },
  /** The database file is damaged, or is none of ours. */
  STORAGE_DAMAGED: { status: 500, retry: false },
  /** The database was written by a newer Runwright. */
  STORAGE_TOO_NEW: { status: 500, retry: false },
  /** No engine answers and none could be started. */
  ENGINE_UNREACHABLE: { status: 503, retry: true },
  /** Client and engine speak different versions of this protocol. */
  VERSION_MISMATCH: { status: 409, retry: false },
  /** A compression pass can do nothing for this model, or nothing that keeps its promises. */
  COMPRESSION_NOT_APPLICABLE: { status: 422, retry: false },
  /** The caller gave up, or the user pressed cancel. */
  CANCELLED: { status: 499, retry: false },
} as const satisfies Record<string, { status: number; retry: boolean }>

export type ErrorCode = keyof typeof errorCodes

export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(errorCodes, text)
}

/** The error that crosses processes. Anything else that reaches a border is a bug and becomes INTERNAL_ERROR there. */
export class RunwrightError extends Error {
  override readonly name = 'RunwrightError'
  readonly code: ErrorCode
  /** What the reader can do about it, as a sentence. */
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}

/** @throws CANCELLED once the signal of the work has come */
export function throwIfCancelled({ signal }: { readonly signal: AbortSignal }): void {
  if (signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.')
}

/** An error as it goes over the wire: MLflow's two fields, and our hint beside them. */
export interface ErrorBody {
  readonly error_code: ErrorCode
  readonly message: string
  readonly hint?: string
}

export function toErrorBody(error: RunwrightError): ErrorBody {
  return {
    error_code: error.code,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  }
}

/** Reads an error answer of any MLflow-like server; a body that is none still gives an error a person can read. */
export function parseErrorBody(body: unknown, status: number): RunwrightError {
  if (typeof body === 'object' && body !== null && 'error_code' in body && isErrorCode(body.error_code)) {
    const message = 'message' in body && typeof body.message === 'string' ? body.message : body.error_code
    const hint = 'hint' in body && typeof body.hint === 'string' ? { hint: body.hint } : {}
    return new RunwrightError(body.error_code, message, hint)
  }
  const byStatus = Object.entries(errorCodes).find(([, known]) => known.status === status)?.[0]
  return new RunwrightError(isErrorCode(byStatus) ? byStatus : 'INTERNAL_ERROR', `The server answered ${status}.`)
}
