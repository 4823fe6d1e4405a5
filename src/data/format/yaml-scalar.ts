/** ruamel.yaml's default width: where a line is broken at its next space. */
const bestWidth = 80

/** What a reader would take for something else than text (YAML 1.2 as ruamel.yaml resolves it, in its order). */
const implicit = [
  /^(?:true|True|TRUE|false|False|FALSE|~|null|Null|NULL|=|<<)$/,
  /^(?!_)[-+]?(?:0b[0-1_]+|0o?[0-7_]+|[0-9_]+|0x[0-9a-fA-F_]+)$/,
  /^[-+]?(?:\d[\d_]*\.[\d_]*(?:[eE][-+]?\d+)?|\d[\d_]*[eE][-+]?\d+|\.[\d_]+(?:[eE][-+]\d+)?|\.(?:inf|Inf|INF))$|^\.(?:nan|NaN|NAN)$/,
  /^\d{4}-\d\d-\d\d$|^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$/,
]

/** What ends a line for the library, line feed among them. */
const lineBreak = /[\n\u0085\u2028\u2029]/

/**
 * Text as the value of a key in block style, byte for byte as the YAML library of DVC 3.67 writes it (ruamel.yaml 0.18),
 * but for text with U+0085, U+2028 or U+2029, which is escaped here and may be raw there, and for text that it breaks
 * after several spaces, of which a reader then has one: that is quoted here.
 *
 * @param column characters that stand before it on its line, with the space after the colon
 * @param indent spaces before a line that goes on
 * @see https://sourceforge.net/p/ruamel-yaml/code `emitter.py`: choose_scalar_style, write_plain, write_single_quoted,
 *   write_double_quoted
 */
export function formatScalar(text: string, column: number, indent: number): string {
  const letters = [...text]
  if (text !== '' && !letters.some(isSpecial) && !lineBreak.test(text)) {
    const plain = canBePlain(text) ? formatPlain(text, column, indent) : undefined
    if (plain !== undefined) return plain
    // A quote inside single quotes would have to be doubled.
    if (!text.includes("'")) return `'${foldAtSpaces(text, column + 1, indent)}'`
  }
  return text === '' ? "''" : formatDoubleQuoted(letters, column, indent)
}

/** What only an escape can write. */
function isSpecial(letter: string): boolean {
  const code = letter.codePointAt(0) ?? 0
  return letter !== '\n' && (!isPrintable(code) || code === 0xfeff)
}

function isPrintable(code: number): boolean {
  return (
    (code >= 0x20 && code <= 0x7e) ||
    code === 0x85 ||
    (code >= 0xa0 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    code >= 0x10000
  )
}

function canBePlain(text: string): boolean {
  if (implicit.some((pattern) => pattern.test(text))) return false
  if (/^ | $/.test(text) || /^(?:---|\.\.\.)/.test(text)) return false
  if (/^[#,[\]{}&*!|>'"%@`]/.test(text) || /^[?:-](?: |$)/.test(text)) return false
  return !/:(?: |$)| #/.test(text)
}

/** Words longer than what is left of the line get a line of their own. @returns undefined where that would lose spaces */
function formatPlain(text: string, column: number, indent: number): string | undefined {
  const next = `\n${' '.repeat(indent)}`
  let written = ''
  let line = column
  for (const part of text.match(/ +|[^ ]+/g) ?? []) {
    const length = [...part].length
    if (part === ' ' && line >= bestWidth) {
      written += next
      line = indent
      continue
    }
    if (!part.startsWith(' ') && line + length > bestWidth && line > indent) {
      if (written.endsWith('  ')) return undefined
      written += next
      line = indent
    }
    written += part
    line += length
  }
  return written
}

/** Breaks a line in single quotes at a single space once it is too long. */
function foldAtSpaces(text: string, column: number, indent: number): string {
  let written = ''
  let line = column
  for (const { 0: part, index } of text.matchAll(/ +|[^ ]+/g)) {
    const isInside = index > 0 && index + part.length < text.length
    if (part === ' ' && isInside && line > bestWidth) {
      written += `\n${' '.repeat(indent)}`
      line = indent
    } else {
      written += part
      line += [...part].length
    }
  }
  return written
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\u0085': 'N',
  '\u00a0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
}

function escape(letter: string): string {
  const short = escapes[letter]
  if (short !== undefined) return `\\${short}`
  const hex = (letter.codePointAt(0) ?? 0).toString(16).toUpperCase()
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

function isEscaped(letter: string): boolean {
  return /["\\\u0085\u2028\u2029\ufeff]/.test(letter) || !isPrintable(letter.codePointAt(0) ?? 0)
}

function formatDoubleQuoted(letters: readonly string[], column: number, indent: number): string {
  let written = '"'
  let line = column + 1
  /** Letters from here on are not written yet. */
  let start = 0
  const put = (data: string) => {
    written += data
    line += [...data].length
  }
  for (let end = 0; end <= letters.length; end++) {
    const letter = letters[end]
    if (letter === undefined || isEscaped(letter)) {
      put(letters.slice(start, end).join(''))
      start = end
      if (letter !== undefined) {
        put(escape(letter))
        start = end + 1
      }
    }
    const mayBreak = end > 0 && end < letters.length - 1 && (letter === ' ' || start >= end)
    if (!mayBreak || line + (end - start) <= bestWidth) continue
    const backslash = needsBackslash(letters, start, end) ? '\\' : ''
    written += letters.slice(start, Math.max(start, end)).join('') + backslash
    start = Math.max(start, end)
    written += `\n${' '.repeat(indent)}`
    line = indent
    if (letters[start] !== ' ') continue
    // A space at the beginning of a line is read as part of the break, unless a backslash stands before it.
    if (backslash === '') start++
    put(backslash)
  }
  return `${written}"`
}

/** A break without a backslash is read as a space. */
function needsBackslash(letters: readonly string[], start: number, end: number): boolean {
  const space = letters.indexOf(' ', end)
  if (space === -1) return true
  const feed = letters.slice(0, space).indexOf('\n', end)
  const place = feed === -1 ? space : feed
  const [at, after] = [letters[place], letters[place + 1]]
  if (after === undefined || (at === '\n' && after !== ' ')) return true
  const before = letters.slice(end, place)
  const hasQuotes = before.includes('"') || before.includes("'")
  const isDoubleSpace = letters[end - 1] === ' ' && letters[end] === ' '
  return hasQuotes || after === ' ' || after === '\n' || isDoubleSpace || start === end
}
