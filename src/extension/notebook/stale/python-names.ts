import { type PythonStatement, type PythonToken, readStatements } from './python-statements.ts'

/** By what names a cell hangs together with others. */
export interface CellNames {
  /** What it takes from other cells. */
  readonly uses: ReadonlySet<string>
  /** What it gives new values. Modules that it imports are none: to import one again changes nothing. */
  readonly sets: ReadonlySet<string>
}

/** A cell, or the body of a function or class in it. */
interface Scope {
  /** Of the head of the body; of the cell -1. */
  readonly indent: number
  /** Used before it was set there. */
  readonly uses: Set<string>
  readonly sets: Set<string>
  /** Known there without being set: modules, parameters. */
  readonly bound: Set<string>
  /** Used in the bodies of functions, which run later. */
  readonly later: Set<string>
}

const keywords = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if
import in is lambda nonlocal not or pass raise return try while with yield`.split(/\s/),
)

function newScope(indent: number): Scope {
  return { indent, uses: new Set(), sets: new Set(), bound: new Set(), later: new Set() }
}

/**
 * What a cell in Python takes from other cells and what it sets, by its words alone. What a method changes in place is
 * not seen.
 */
export function readPythonNames(code: string): CellNames {
  const cell = newScope(-1)
  const scopes = [cell]
  const innermost = () => scopes.at(-1) ?? cell
  for (const statement of readStatements(code)) {
    while (scopes.length > 1 && statement.indent <= innermost().indent) close(scopes)
    const body = readStatement(statement, innermost())
    if (body !== undefined) scopes.push(body)
  }
  while (scopes.length > 1) close(scopes)
  const known = cell.sets.union(cell.bound)
  return { uses: cell.uses.union(cell.later.difference(known)), sets: cell.sets }
}

/** What a body uses and does not know itself, it takes from around it when it runs. */
function close(scopes: Scope[]): void {
  const body = scopes.pop()
  const outer = scopes.at(-1)
  if (body === undefined || outer === undefined) return
  const taken = body.uses.union(body.later).difference(body.sets.union(body.bound))
  for (const name of taken) outer.later.add(name)
}

/** @returns the scope of the body that begins with the statement, if it is of a function or class */
function readStatement({ tokens, indent }: PythonStatement, scope: Scope): Scope | undefined {
  const words = tokens[0]?.text === 'async' ? tokens.slice(1) : tokens
  switch (words[0]?.text) {
    case 'import':
    case 'from':
      for (const name of readImports(words)) scope.bound.add(name)
      return undefined
    case 'def':
    case 'class':
      return readDefinition(words, indent, scope)
    case 'for':
      return readParts([words.slice(1, indexOf(words, 'in'))], words.slice(indexOf(words, 'in')), scope)
    case 'with':
    case 'except':
    case 'case':
      return readParts(
        findAliases(words),
        words.filter((_, at) => words[at - 1]?.text !== 'as'),
        scope,
      )
    case 'del':
      return readParts([words.slice(1)], words, scope)
    default: {
      const parts = splitAssignment(words)
      return readParts(parts.slice(0, -1), parts.at(-1) ?? [], scope)
    }
  }
}

function indexOf(tokens: readonly PythonToken[], text: string): number {
  const at = tokens.findIndex((token) => token.text === text && token.depth === 0)
  return at === -1 ? tokens.length : at
}

/** `import a.b, c as d` and `from e import f as g`: a, d and g. */
function readImports(words: readonly PythonToken[]): string[] {
  const from = words[0]?.text === 'from' ? indexOf(words, 'import') : 0
  return words.slice(from + 1).flatMap(({ kind, text }, at, rest) => {
    const before = rest[at - 1]?.text
    const isNamed = kind === 'name' && text !== 'as' && before !== '.' && rest[at + 1]?.text !== 'as'
    return isNamed ? [text] : []
  })
}

function readDefinition(words: readonly PythonToken[], indent: number, scope: Scope): Scope {
  const [kind, name] = words
  const body = newScope(indent)
  const parameters = words.filter(({ kind, depth }, at) => {
    return kind === 'name' && depth === 1 && ['(', ',', '*', '**'].includes(words[at - 1]?.text ?? '')
  })
  // The bases of a class stand where parameters do.
  const isClass = kind?.text === 'class'
  if (!isClass) for (const { text } of parameters) body.bound.add(text)
  use(
    words.slice(2).filter((word) => isClass || !parameters.includes(word)),
    scope,
  )
  if (name !== undefined) scope.sets.add(name.text)
  return body
}

/** The names behind each `as` of a head. */
function findAliases(words: readonly PythonToken[]): PythonToken[][] {
  return words.flatMap(({ text }, at) => (text === 'as' ? [words.slice(at + 1, at + 2)] : []))
}

/** The targets of an assignment, and last what is assigned; of every other statement all of it. */
function splitAssignment(words: readonly PythonToken[]): PythonToken[][] {
  const parts: PythonToken[][] = [[]]
  for (const word of words) {
    const isAugmented = word.kind === 'sign' && word.depth === 0 && /^(?:\*\*|\/\/|<<|>>|[-+*/%&|^@])=$/.test(word.text)
    // What is added to is used, too.
    if (isAugmented) return [[...(parts.at(-1) ?? [])], [...words]]
    if (word.text === '=' && word.kind === 'sign' && word.depth === 0) parts.push([])
    else parts.at(-1)?.push(word)
  }
  return parts
}

function readParts(
  targets: readonly (readonly PythonToken[])[],
  value: readonly PythonToken[],
  scope: Scope,
): undefined {
  use(value, scope)
  for (const target of targets) {
    const annotation = indexOf(target, ':')
    use(target.slice(annotation), scope)
    set(target.slice(0, annotation), scope)
  }
  value.forEach(({ text }, at) => {
    if (value[at + 1]?.text === ':=') scope.sets.add(text)
  })
}

/** `a, b.c, d[e]`: sets a, changes b and d, uses e. */
function set(target: readonly PythonToken[], scope: Scope): void {
  const roots = target.filter(({ kind, text, depth }, at) => {
    if (kind !== 'name' || keywords.has(text) || target[at - 1]?.text === '.') return false
    return !isInSubscript(target, at, depth)
  })
  const isWhole = (word: PythonToken) => !['.', '[', '('].includes(target[target.indexOf(word) + 1]?.text ?? '')
  use(
    target.filter((word) => !roots.includes(word) || !isWhole(word)),
    scope,
  )
  for (const { text } of roots) scope.sets.add(text)
}

/** Whether a bracket around it stands behind a name or another bracket, and not around several targets. */
function isInSubscript(target: readonly PythonToken[], at: number, depth: number): boolean {
  for (let index = at - 1; index > 0; index--) {
    const bracket = target[index]
    if (bracket === undefined || bracket.depth >= depth || !'[('.includes(bracket.text)) continue
    const before = target[index - 1]
    if (before?.kind === 'name' || before?.text === ']' || before?.text === ')') return true
    depth = bracket.depth
  }
  return false
}

function use(tokens: readonly PythonToken[], scope: Scope): void {
  const own = findOwnNames(tokens)
  tokens.forEach(({ kind, text, depth }, at) => {
    if (kind === 'text') return useInText(text, own, scope)
    if (kind !== 'name' || keywords.has(text) || own.has(text) || tokens[at - 1]?.text === '.') return
    const next = tokens[at + 1]?.text
    // An argument by its name; what is set in the midst of an expression.
    if ((depth > 0 && next === '=') || next === ':=') return
    if (!scope.sets.has(text) && !scope.bound.has(text)) scope.uses.add(text)
  })
}

/** Those of comprehensions and of lambdas, which nobody else sees. */
function findOwnNames(tokens: readonly PythonToken[]): Set<string> {
  const own = new Set<string>()
  tokens.forEach(({ text, kind }, at) => {
    const end = kind === 'name' ? { for: 'in', lambda: ':' }[text] : undefined
    if (end === undefined) return
    const length = tokens.slice(at + 1).findIndex((token) => token.text === end)
    for (const each of tokens.slice(at + 1, at + 1 + length)) if (each.kind === 'name') own.add(each.text)
  })
  return own
}

/** What stands in the braces of an f-string. */
function useInText(text: string, own: ReadonlySet<string>, scope: Scope): void {
  if (!/^[rRbB]?[fFtT]/.test(text)) return
  for (const [, code = ''] of text.matchAll(/\{([^{}]*)\}/g)) {
    for (const { tokens } of readStatements(code))
      use(
        tokens.filter((token) => !own.has(token.text)),
        scope,
      )
  }
}
