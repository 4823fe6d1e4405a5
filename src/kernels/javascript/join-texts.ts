import type { LineFromKernel, MessageLine } from './kernel-lines.ts'

/** Writes lines in their order; texts of one stream that come together are one line. */
export interface JoinedLines {
  tell(line: LineFromKernel): void
  /** Writes what waits. */
  flush(): void
}

const maxCharacters = 1 << 20

export function joinTexts(write: (line: LineFromKernel) => void): JoinedLines {
  let waiting: { readonly line: MessageLine; texts: string[]; characters: number } | undefined
  let timer: NodeJS.Immediate | undefined

  function flush(): void {
    if (timer !== undefined) clearImmediate(timer)
    timer = undefined
    if (waiting === undefined) return
    const { line, texts } = waiting
    waiting = undefined
    write({ ...line, content: { ...line.content, text: texts.join('') } })
  }

  return {
    tell(line) {
      const text = line.kind === 'message' && line.type === 'stream' ? line.content['text'] : undefined
      const isMore = waiting !== undefined && line.kind === 'message' && isSameStream(waiting.line, line)
      if (!isMore || (waiting?.characters ?? 0) > maxCharacters) flush()
      if (line.kind !== 'message' || typeof text !== 'string') return write(line)
      waiting ??= { line, texts: [], characters: 0 }
      waiting.texts.push(text)
      waiting.characters += text.length
      timer ??= setImmediate(flush)
    },
    flush,
  }
}

function isSameStream(one: MessageLine, other: MessageLine): boolean {
  return one.type === other.type && one.parent === other.parent && one.content['name'] === other.content['name']
}
