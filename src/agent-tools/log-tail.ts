/** Reads a stream to its end, and keeps the last bytes of it. */
export async function readTail(stream: ReadableStream<Uint8Array>, sizeBytes: number): Promise<string> {
  let kept: Uint8Array[] = []
  let keptBytes = 0
  let isCut = false
  for await (const chunk of stream) {
    kept.push(chunk)
    keptBytes += chunk.byteLength
    // Whole chunks go, as long as enough stays.
    while (keptBytes - (kept[0]?.byteLength ?? 0) >= sizeBytes) {
      keptBytes -= kept[0]?.byteLength ?? 0
      kept = kept.slice(1)
      isCut = true
    }
  }
  const bytes = new Uint8Array(await new Blob(kept.map((chunk) => new Uint8Array(chunk))).arrayBuffer())
  const tail = bytes.subarray(Math.max(0, bytes.byteLength - sizeBytes))
  const text = new TextDecoder().decode(tail)
  // The first line may be a part of one, or begin within a character.
  return isCut || tail.byteLength < bytes.byteLength ? text.slice(text.indexOf('\n') + 1) : text
}

/** What a terminal would show in the end: without colours, and of a line that was written over, its last state. */
export function cleanLog(text: string): string {
  return text
    .replaceAll(ansi, '')
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.split('\r').findLast((part) => part !== '') ?? '')
    .map((line) => (line.length > maxLineLength ? `${line.slice(0, maxLineLength)}…` : line))
    .join('\n')
    .replace(/\n+$/, '')
}

const maxLineLength = 1000

/** Escape sequences of ECMA-48: CSI, OSC and the two-character ones. */
// eslint-disable-next-line no-control-regex
const ansi = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g

const maxErrorLines = 12

const words = /\b(errors?|exception|traceback|fatal|out of memory|oom|killed|panic|nan)\b/i
/** `ValueError`, `java.io.IOException`. */
const classes = /\b[A-Z]\w*(Error|Exception)\b/

/** The last lines that name an error. */
export function findErrorLines(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => words.test(line) || classes.test(line)).slice(-maxErrorLines)
}
