import { findImports } from './find-imports.ts'

/** The one global that code of cells is made to use; not to be seen in a list of globals. */
export const bridgeName = '__runwright'

const clause = String.raw`(?:(?<fallback>[\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(?:,\s*)?)?(?:\*\s*as\s+(?<space>[\p{ID_Start}$_][\p{ID_Continue}$]*)|\{(?<names>[^}]*)\})?`
const from = String.raw`(?<source>'[^'\n]*'|"[^"\n]*")(?:\s*with\s*(?<attributes>\{[^}]*\}))?`
const declaration = new RegExp(String.raw`import\s*(?:${clause}\s*from\s*)?${from}`, 'uy')

/**
 * Code of a cell without what only a module may have: `import … from` becomes `const … = await`, and `import(…)` and
 * `import.meta` are asked of the bridge, which looks from the notebook's folder. Lines stay as they are.
 *
 * @param code that was parsed already, without types
 */
export function rewriteImports(code: string): string {
  let written = ''
  let done = 0
  for (const { at, isOutermost } of findImports(code)) {
    const rest = code.slice(at + 'import'.length)
    const call = /^\s*(\(|\.\s*meta\b)/.exec(rest)
    let replaced: string | undefined
    let length = 'import'.length
    if (call?.[1] === '(') replaced = `${bridgeName}.import`
    else if (call !== null) {
      replaced = `${bridgeName}.meta`
      length += call[0].length
    } else if (isOutermost) {
      declaration.lastIndex = at
      const match = declaration.exec(code)
      replaced = match === null ? undefined : toConstants(match)
      length = match?.[0].length ?? length
    }
    if (replaced === undefined) continue
    written += code.slice(done, at) + replaced + linesOf(code.slice(at, at + length))
    done = at + length
  }
  return written + code.slice(done)
}

/** What keeps the lines behind at their places. */
function linesOf(text: string): string {
  return '\n'.repeat(text.split('\n').length - 1)
}

function toConstants({ groups = {} }: RegExpExecArray): string {
  const { fallback, space, names, source, attributes } = groups
  const options = attributes === undefined ? '' : `, { with: ${attributes.replaceAll('\n', ' ')} }`
  if (fallback === undefined && space === undefined && names === undefined) {
    return `await ${bridgeName}.import(${source}${options})`
  }
  if (space !== undefined) {
    const other = fallback === undefined ? '' : `, { default: ${fallback} } = ${space}`
    return `const ${space} = await ${bridgeName}.import(${source}${options})${other}`
  }
  const pairs = (names ?? '')
    .split(',')
    .map((each) => each.trim().split(/\s+as\s+/))
    .filter(([name]) => name !== '')
  const all = fallback === undefined ? pairs : [['default', fallback], ...pairs]
  const pattern = all.map(([name = '', local = name]) => `${name}: ${local}`).join(', ')
  const asked = all.map(([name = '']) => (/^['"]/.test(name) ? name : `'${name}'`)).join(', ')
  return `const { ${pattern} } = await ${bridgeName}.imports([${asked}], ${source}${options})`
}
