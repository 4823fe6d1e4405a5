/** An error as DuckDB words those of files, so that whoever asked tells both in one way. The reason is one sentence. */
export function invalidInput(reason: string): Error {
  return new Error(`Invalid Input Error: ${reason}`)
}

/** For what only a damaged or a malicious file has. */
export function checkIntact(isIntact: boolean, what: string): asserts isIntact {
  if (!isIntact) throw invalidInput(`it is damaged: ${what}`)
}

/** What the reader of the format stumbled over, which knows nothing of damaged files. */
export function toInvalidInput(cause: unknown): Error {
  if (cause instanceof Error && /^[A-Z][\w ]* Error: /.test(cause.message)) return cause
  return invalidInput(`it is damaged: ${cause instanceof Error ? cause.message : String(cause)}`)
}

/** What an error of this kind says, for another one. */
export function reasonOf({ message }: Error): string {
  return message.replace(/^Invalid Input Error: /, '')
}
