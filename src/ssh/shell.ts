import type { Readable } from 'node:stream'

/** A machine that runs a program and answers: this one, or a login node over ssh. Disposing it closes connections. */
export interface Shell extends AsyncDisposable {
  /** As errors name it: `this machine`, `login.example.org`. */
  readonly name: string
  /**
   * Runs a program to its end, whatever its exit code. Words and input are passed as they are; nothing of them is
   * expanded, and no word can be seen in the target's list of processes before its program runs.
   *
   * @param options.timeoutMs after which it is ended; default 30,000
   * @throws TEMPORARILY_UNAVAILABLE when the machine cannot be reached, does not answer in time, or answers too much
   * @throws INVALID_STATE when it will not let us in until a person does something
   */
  run(argv: readonly string[], options?: ShellOptions): Promise<ShellResult>
}

export interface ShellOptions {
  /** Of a stream that fails the program sees nothing but the end: it is killed, and `run` rejects with that error. */
  readonly stdin?: string | Uint8Array | Readable
  readonly timeoutMs?: number
}

export interface ShellResult {
  /** 127 when there is no such program; 128 + n when signal n ended it. */
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
}
