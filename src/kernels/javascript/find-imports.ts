/** Where `import` stands in code as a word of the language: not in a string, a comment, a template's text or a RegExp. */
export interface ImportWord {
  /** In UTF-16 units, of its first letter. */
  readonly at: number
  /** Inside of no bracket, as a declaration has to be. */
  readonly isOutermost: boolean
}

const space = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y
const text = /'(?:\\[\s\S]|[^'\\])*'|"(?:\\[\s\S]|[^"\\])*"/y
const templateText = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(`|\$\{)/y
const regExp = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y
const word = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*|\d[\w.]*/uy

/** Behind one of these, and behind most signs, `/` begins a RegExp; behind a name, a number or a closing bracket it divides. */
const beforeExpression = new Set(
  'return typeof instanceof in of new delete void throw case do else yield await default'.split(' '),
)

/** @param code that is known to be whole: it was parsed */
export function findImports(code: string): ImportWord[] {
  const found: ImportWord[] = []
  /** Of each bracket that is open, whether it is the `${` of a template. */
  const open: boolean[] = []
  let before = ''
  let at = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const [taken] = pattern.exec(code) ?? []
    at += taken?.length ?? 0
    return taken
  }
  const takeTemplate = () => {
    if (take(templateText)?.endsWith('${')) open.push(true)
    else before = '`'
  }

  while (at < code.length) {
    if (take(space) !== undefined) continue
    const start = at
    const name = take(word)
    if (name !== undefined) {
      if (name === 'import' && before !== '.') found.push({ at: start, isOutermost: open.length === 0 })
      before = name
      continue
    }
    if (take(text) !== undefined) before = '"'
    else if (code[at] === '/' && beginsExpression(before) && take(regExp) !== undefined) before = '"'
    else {
      const sign = code.charAt(at++)
      before = sign
      if (sign === '`') takeTemplate()
      else if ('([{'.includes(sign)) open.push(false)
      else if (')]}'.includes(sign) && open.pop() === true) takeTemplate()
    }
  }
  return found
}

function beginsExpression(before: string): boolean {
  if (beforeExpression.has(before)) return true
  return before === '' || !/[\p{ID_Continue}$"`)\]}]$/u.test(before)
}
