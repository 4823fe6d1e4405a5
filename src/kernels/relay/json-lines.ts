import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { parseForeignJson } from '../../protocol/json.ts'

/** A question with the code of the largest cell fits. */
const maxLineCharacters = 64 << 20

/** Calls `take` with each line of a connection as JSON, undefined for one that is none; a line without end closes it. */
export function readJsonLines(socket: Readable, take: (value: unknown) => void): void {
  let pieces: string[] = []
  let characters = 0
  socket.setEncoding('utf8')
  socket.on('data', (data: string) => {
    const lines = data.split('\n')
    const last = lines.pop() ?? ''
    for (const line of lines) {
      take(parseForeignJson(pieces.join('') + line))
      pieces = []
      characters = 0
    }
    pieces.push(last)
    characters += last.length
    if (characters > maxLineCharacters) socket.destroy()
  })
}

export function writeJsonLine(socket: Socket, value: object): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(value)}\n`)
}
