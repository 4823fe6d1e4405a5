import { anyFolders, anyLetters, anything, createMatcher } from './matcher.ts'

/** One line of a `.gitignore` or `.dvcignore`. */
export interface IgnorePattern {
  /** @param path from the file's folder, without a `/` at its end */
  readonly matches: (path: string) => boolean
  /** It takes back what an earlier line ignores. */
  readonly isNegated: boolean
  readonly isForFoldersOnly: boolean
}

/**
 * The patterns of a file, in the syntax of gitignore.
 *
 * @see https://git-scm.com/docs/gitignore
 */
export function parseIgnorePatterns(text: string): readonly IgnorePattern[] {
  return text.split(/\r?\n/).flatMap((line) => parseIgnorePattern(line) ?? [])
}

function parseIgnorePattern(line: string): IgnorePattern | undefined {
  if (line.startsWith('#')) return undefined
  // Spaces at the end count only behind a backslash.
  let pattern = line.replace(/((?:^|[^\\])(?:\\\\)*) +$/, '$1')
  const isNegated = pattern.startsWith('!')
  if (isNegated) pattern = pattern.slice(1)
  const isForFoldersOnly = pattern.endsWith('/')
  if (isForFoldersOnly) pattern = pattern.slice(0, -1)
  if (pattern === '' || pattern === '/') return undefined
  const isAnchored = pattern.includes('/')
  const pieces = toPieces(pattern.replace(/^\//, ''))
  if (pieces === undefined) return undefined
  return { matches: createMatcher(isAnchored ? pieces : [anyFolders, ...pieces]), isNegated, isForFoldersOnly }
}

/** Undefined for a pattern that matches nothing: a bracket that is not closed, a backslash at the end. */
function toPieces(pattern: string): readonly string[] | undefined {
  const letters = [...pattern]
  const pieces: string[] = []
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at] ?? ''
    if (letter === '*') {
      const [piece, taken] = readStars(letters, at)
      pieces.push(piece)
      at += taken - 1
    } else if (letter === '?') pieces.push('[^/]')
    else if (letter === '[') {
      const bracket = readBracket(letters, at)
      if (bracket === undefined) return undefined
      pieces.push(bracket[0])
      at = bracket[1]
    } else if (letter === '\\') {
      const next = letters[++at]
      if (next === undefined) return undefined
      pieces.push(quote(next))
    } else pieces.push(quote(letter))
  }
  return pieces
}

/** `**` or more of them between slashes stand for any folders, one `*` never for a slash. */
function readStars(letters: readonly string[], at: number): readonly [piece: string, taken: number] {
  let end = at
  while (letters[end] === '*') end++
  const taken = end - at
  const isDouble = taken > 1
  const isAtStart = at === 0 || letters[at - 1] === '/'
  if (isDouble && isAtStart && letters[end] === '/') return [anyFolders, taken + 1]
  if (isDouble && isAtStart && end === letters.length) return [anything, taken]
  return [anyLetters, taken]
}

const classes: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
}

/** @returns the source and the place of the closing bracket */
function readBracket(letters: readonly string[], start: number): readonly [source: string, end: number] | undefined {
  let at = start + 1
  const isNegated = letters[at] === '!' || letters[at] === '^'
  if (isNegated) at++
  const first = at
  let source = ''
  /** What a range may begin with. */
  let previous = ''
  for (; at < letters.length; at++) {
    const letter = letters[at] ?? ''
    if (letter === ']' && at > first) {
      // A bracket never matches a slash.
      return [`(?!/)[${isNegated ? '^' : ''}${source}]`, at]
    }
    const [, name] = letter === '[' ? (/^\[:(\w+):\]/.exec(letters.slice(at, at + 12).join('')) ?? []) : []
    if (name !== undefined) {
      const members = classes[name]
      if (members === undefined) return undefined
      source += members
      at += name.length + 3
      previous = ''
    } else if (letter === '-' && previous !== '' && letters[at + 1] !== ']') {
      const last = letters[++at] === '\\' ? letters[++at] : letters[at]
      // A range that ends before it begins holds nothing.
      if (last !== undefined && isInOrder(previous, last)) source += `-${quoteMember(last)}`
      previous = ''
    } else {
      previous = (letter === '\\' ? letters[++at] : letter) ?? ''
      source += quoteMember(previous)
    }
  }
  return undefined
}

function isInOrder(first: string, last: string): boolean {
  return (first.codePointAt(0) ?? 0) <= (last.codePointAt(0) ?? 0)
}

function quote(letter: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(letter) ? `\\${letter}` : letter
}

function quoteMember(letter: string): string {
  return /[\\^\]/[-]/.test(letter) ? `\\${letter}` : letter
}
