/** Questions to another process that wait for their answers. */
export interface PendingAnswers<Answer> {
  /**
   * Asks by calling `send` with the id that the answer will name.
   *
   * @throws the error of the end, at once when there has been one
   */
  ask(send: (id: number) => void): Promise<Answer>
  /** Those that nobody waits for any more are dropped. */
  resolve(id: number, answer: Answer): void
  reject(id: number, error: Error): void
  /** No answer will come: all that wait and will wait are rejected by the error of the first end. */
  end(error: Error): void
}

export function createPendingAnswers<Answer>(): PendingAnswers<Answer> {
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>()
  let lastId = 0
  let ended: Error | undefined
  const take = (id: number) => {
    const asked = waiting.get(id)
    waiting.delete(id)
    return asked
  }
  return {
    ask: (send) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(ended)
        const id = ++lastId
        waiting.set(id, { resolve, reject })
        send(id)
      }),
    resolve: (id, answer) => take(id)?.resolve(answer),
    reject: (id, error) => take(id)?.reject(error),
    end(error) {
      ended ??= error
      for (const { reject } of waiting.values()) reject(ended)
      waiting.clear()
    },
  }
}
