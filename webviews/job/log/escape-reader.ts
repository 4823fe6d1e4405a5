const [bracket, letterM] = [91, 109]

/** Longer sequences are none that set colours. */
const longest = 64
/** Programs set a few properties at a time; beyond, the last of them count. */
const mostStyle = 256

/** Finds out, from the bytes of escape sequences, which colours hold after them. */
export interface EscapeReader {
  /** Whether the sequence goes on behind this byte. */
  read(byte: number): boolean
  /** Escape sequences that set what holds now; empty for a terminal's own colours. */
  readonly style: string
}

export function createEscapeReader(): EscapeReader {
  let style = ''
  /** The sequence that has begun; empty outside of one. */
  let sequence = ''
  return {
    read(byte) {
      sequence += String.fromCharCode(byte)
      const { length } = sequence
      const isFinal = length > 2 && byte >= 0x40 && byte <= 0x7e
      if (isFinal && byte === letterM) style = setStyle(style, sequence)
      // One without a bracket holds no colours, wherever it ends.
      if (isFinal || length > longest || (length === 2 && byte !== bracket)) sequence = ''
      return sequence !== ''
    },
    get style() {
      return style
    },
  }
}

function setStyle(style: string, sequence: string): string {
  const parameters = sequence.slice(2, -1)
  if (parameters === '' || parameters === '0') return ''
  const isReset = parameters.startsWith('0;')
  return isReset || style.length + sequence.length > mostStyle ? sequence : style + sequence
}
