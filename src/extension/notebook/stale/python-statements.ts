/** A word, a sign, a number or a text of Python code. */
export interface PythonToken {
  readonly kind: 'name' | 'text' | 'number' | 'sign'
  readonly text: string
  /** How many brackets are open around it; of a bracket itself, around both of the pair. */
  readonly depth: number
}

/** A statement, or the head of one that has a body: `for x in y:` and what stands behind it are two. */
export interface PythonStatement {
  readonly tokens: readonly PythonToken[]
  /** Columns before it; of what stands behind a head on its line one more than the head's. */
  readonly indent: number
}

const pattern = new RegExp(
  [
    String.raw`(?<space>[ \t\r\f]+|\\\r?\n|#[^\n]*)`,
    String.raw`(?<newline>\n)`,
    String.raw`(?<text>[bfrtuBFRTU]{0,2}(?:"""(?:\\[^]|[^\\])*?(?:"""|$)|'''(?:\\[^]|[^\\])*?(?:'''|$)|"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?))`,
    String.raw`(?<name>[\p{ID_Start}_]\p{ID_Continue}*)`,
    String.raw`(?<number>\.?\d[\w.]*)`,
    String.raw`(?<sign>:=|->|\*\*=|//=|<<=|>>=|[-+*/%&|^@!=<>]=|[^])`,
  ].join('|'),
  'guy',
)

const heads = new Set('async class def if elif else for while with try except finally match case'.split(' '))

/** The statements of a cell in their order. Magics and commands of the shell are left out; broken code gives what it can. */
export function readStatements(code: string): PythonStatement[] {
  const statements: PythonStatement[] = []
  let tokens: PythonToken[] = []
  let [indent, column, depth] = [0, 0, 0]

  const end = () => {
    if (tokens.length > 0) statements.push(...splitHead({ tokens, indent }))
    tokens = []
  }
  for (const { groups = {} } of leaveOutMagics(code).matchAll(pattern)) {
    const { space, newline, text, name, number, sign } = groups
    if (newline !== undefined) {
      if (depth === 0) end()
      column = 0
      continue
    }
    if (space !== undefined) {
      column += space.length
      continue
    }
    if (sign === ';' && depth === 0) {
      end()
      continue
    }
    if (tokens.length === 0) indent = column
    if (sign !== undefined && ')]}'.includes(sign)) depth = Math.max(0, depth - 1)
    const kind = name !== undefined ? 'name' : text !== undefined ? 'text' : number !== undefined ? 'number' : 'sign'
    tokens.push({ kind, text: name ?? text ?? number ?? sign ?? '', depth })
    if (sign !== undefined && '([{'.includes(sign)) depth++
    column = Math.max(column, 1)
  }
  end()
  return statements
}

/** Cells of these are in another language. */
const foreignMagics = /^\s*%%(?:bash|cmd|html|javascript|js|latex|markdown|perl|ruby|script|sh|svg|system|writefile)\b/

function leaveOutMagics(code: string): string {
  return foreignMagics.test(code) ? '' : code.replaceAll(/^[ \t]*[%!][^\n]*/gm, '')
}

function splitHead(statement: PythonStatement): PythonStatement[] {
  const { tokens, indent } = statement
  if (!heads.has(tokens[0]?.text ?? '')) return [statement]
  const colon = tokens.findIndex(({ text, depth }, at) => text === ':' && depth === 0 && !isOfLambda(tokens, at))
  const body = tokens.slice(colon + 1)
  if (colon === -1 || body.length === 0) return [statement]
  return [{ tokens: tokens.slice(0, colon + 1), indent }, ...splitHead({ tokens: body, indent: indent + 1 })]
}

function isOfLambda(tokens: readonly PythonToken[], colon: number): boolean {
  const before = tokens.slice(0, colon).filter(({ depth }) => depth === 0)
  const count = (text: string) => before.filter((each) => each.text === text).length
  return count('lambda') > count(':')
}
