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
  readonly stdin?: string | Uint8Array
  readonly timeoutMs?: number
}

export interface ShellResult {
  /** 127 when there is no such program; 128 + n when signal n ended it. */
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
}

/** A word as a POSIX shell reads it back: always one word, never expanded. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

export function quoteWords(words: readonly string[]): string {
  return words.map(quoteWord).join(' ')
}
