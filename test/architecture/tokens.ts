/** As much of TypeScript's syntax as it takes to find import statements and nothing that only looks like one. */
export interface Token {
  readonly kind: 'word' | 'string' | 'template' | 'regex' | 'punctuator'
  /** The text as written; of a string what stands between its quotes; of a template and a regex nothing. */
  readonly text: string
}

const skipped = /(?:\s+|\/\/[^\n]*|\/\*[^]*?\*\/)+/y
const word = /[\p{ID_Continue}$#@]+/uy
const string = /'((?:[^'\\\n]|\\[^])*)'|"((?:[^"\\\n]|\\[^])*)"/y
const regex = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
/** From a backquote, or from the brace that closes a substitution, to the next substitution or the end. */
const templatePart = /[`}](?:[^`\\$]|\\[^]|\$(?!\{))*(`|\$\{)/y

/** After these a slash begins a regular expression; after any other word it divides. */
const wordsBeforeAnExpression = new Set(
  'return typeof case in of do else void delete throw new instanceof await yield extends default'.split(' '),
)

function canDivide(previous: Token | undefined): boolean {
  if (previous === undefined) return false
  if (previous.kind === 'punctuator') return previous.text === ')' || previous.text === ']' || previous.text === '}'
  return previous.kind !== 'word' || !wordsBeforeAnExpression.has(previous.text)
}

/**
 * Splits TypeScript without JSX into tokens; comments are dropped, and what stands in a template's `${}` is kept.
 *
 * Whether a slash divides is told from the token before it, so a regular expression right after `)` or `}` is taken
 * for a division. Prettier's output has none.
 *
 * @throws {SyntaxError} with the line number, when a string, template or brace does not end
 */
export function parseTokens(source: string): Token[] {
  const tokens: Token[] = []
  /** For every open brace whether it belongs to a template's `${`. */
  const braces: boolean[] = []
  let at = /^#!.*/.exec(source)?.[0].length ?? 0

  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(source)
    if (match !== null) at = pattern.lastIndex
    return match
  }
  const fail = (what: string) => new SyntaxError(`line ${source.slice(0, at).split('\n').length}: ${what}`)

  for (;;) {
    take(skipped)
    const first = source[at]
    if (first === undefined) break
    if (first === '`' || (first === '}' && braces.at(-1) === true)) {
      if (first === '}') braces.pop()
      const part = take(templatePart)
      if (part === null) throw fail('a template does not end')
      // Between the parts the substitution's own tokens follow, as if a bracket had opened.
      if (part[1] === '${') braces.push(true)
      tokens.push(part[1] === '${' ? { kind: 'punctuator', text: '${' } : { kind: 'template', text: '' })
    } else if (first === "'" || first === '"') {
      const match = take(string)
      if (match === null) throw fail('a string does not end')
      tokens.push({ kind: 'string', text: match[1] ?? match[2] ?? '' })
    } else if (first === '/' && !canDivide(tokens.at(-1)) && take(regex) !== null) {
      tokens.push({ kind: 'regex', text: '' })
    } else {
      const match = take(word)
      if (match === null) at += 1
      if (first === '{') braces.push(false)
      if (first === '}' && braces.pop() === undefined) throw fail('a brace too many')
      tokens.push(match === null ? { kind: 'punctuator', text: first } : { kind: 'word', text: match[0] })
    }
  }
  if (braces.length > 0) throw fail('a brace does not end')
  return tokens
}
