import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { RunwrightError } from './errors.ts'
import { InvalidField } from './parse.ts'

/** Far above what a person writes. */
const maxCharacters = 1 << 20

/**
 * The value of a YAML 1.2 file; null where it is empty.
 *
 * @param name of the file, for errors
 * @throws INVALID_PARAMETER_VALUE naming the line
 */
export function readYaml(name: string, content: string): unknown {
  const invalid = (message: string, hint?: string) =>
    new RunwrightError('INVALID_PARAMETER_VALUE', message, hint === undefined ? {} : { hint })
  if (content.length > maxCharacters) throw invalid(`${name} has more than ${maxCharacters} characters.`)
  try {
    const document = parse(content)
    const [error] = document.errors
    if (error === undefined) return document.toJS({ maxAliasCount: 100 })
    const line = error.linePos?.[0].line
    // Its pretty message goes on with the place and a picture of it.
    const said = error.message.replace(/ at line \d+[\s\S]*$/, '')
    throw invalid(
      `${name}${line === undefined ? '' : `, line ${line}`} is no YAML: ${said}.`,
      'Names are followed by a colon and a space, and what belongs to one is indented by spaces.',
    )
  } catch (error) {
    if (error instanceof RunwrightError) throw error
    // Too deep for the stack, or with more aliases than a person makes.
    throw invalid(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

/** An error about a field of the file, with the line that the field is in. Other errors are given back as they are. */
export function addLine(name: string, content: string, error: unknown): unknown {
  if (!(error instanceof InvalidField)) return error
  const lines = new LineCounter()
  const offset = findOffset(parse(content, lines), error.path)
  const place = offset === undefined ? '' : `, line ${lines.linePos(offset).line}`
  return new RunwrightError(error.code, `${name}${place}: ${error.message}`, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  })
}

function parse(content: string, lineCounter?: LineCounter): Document.Parsed {
  return parseDocument(content, { merge: true, ...(lineCounter === undefined ? {} : { lineCounter }) })
}

/** Of the key of the innermost field that the path leads to; a field that is missing is looked for in what lacks it. */
function findOffset({ contents }: Document.Parsed, path: string): number | undefined {
  let node: unknown = contents
  let rest = path
  let offset: number | undefined
  while (rest !== '' && isMap(node)) {
    // Names may have dots in them.
    const pair = node.items.find(({ key }) => {
      const name = isScalar(key) ? String(key.value) : ''
      return name !== '' && (rest === name || rest.startsWith(`${name}.`) || rest.startsWith(`${name}[`))
    })
    if (pair === undefined || !isScalar(pair.key)) break
    offset = pair.key.range?.[0] ?? offset
    rest = rest.slice(String(pair.key.value).length).replace(/^\./, '')
    node = pair.value
  }
  return offset
}
