/** What runs cells, one after the other, in one kernel at a time. Disposing it ends all that it has started. */
export interface CellRunner extends AsyncDisposable {
  /** Resolves when the kernel answers. */
  start(): Promise<void>
  /** Resolves when the cell has ended and all of its output is there. @throws {Error} where it failed */
  run(code: string): Promise<{ readonly stdout: string }>
  stop(): Promise<void>
}
