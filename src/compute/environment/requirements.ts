import { posix } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { type CodeFiles, resolveInCode } from './code-files.ts'

/** Set while an environment is built: the folder of the code on the target. */
export const codeVariable = 'RUNWRIGHT_CODE'

/** Requirements in one text, which means the same wherever it lies. */
export interface Requirements {
  /** Files of the code are named by `${RUNWRIGHT_CODE}/…`, which pip and uv both put in. */
  readonly text: string
  /** What identifies the content of each file and folder of the code that it names, by path. */
  readonly named: ReadonlyMap<string, string>
  /** Folders of projects that were to be installed as editable; the code itself goes before their copies. */
  readonly editable: readonly string[]
}

interface Reading {
  readonly files: CodeFiles
  readonly lines: string[]
  readonly named: Map<string, string>
  readonly editable: Set<string>
  readonly seen: Set<string>
}

/** What makes a project's dependencies; its source may change without a new environment. */
const projectFiles = ['pyproject.toml', 'setup.py', 'setup.cfg']

/**
 * Reads a requirements file with those it includes.
 *
 * @param path relative to the root of the code
 * @throws INVALID_STATE when a file that is included is not in the code
 * @see https://pip.pypa.io/en/stable/reference/requirements-file-format/
 */
export async function readRequirements(files: CodeFiles, path: string): Promise<Requirements> {
  const reading: Reading = { files, lines: [], named: new Map(), editable: new Set(), seen: new Set() }
  await readInto(reading, path, path)
  const { lines, named, editable } = reading
  return { text: lines.map((line) => `${line}\n`).join(''), named, editable: [...editable] }
}

async function readInto(reading: Reading, path: string, from: string): Promise<void> {
  if (reading.seen.has(path)) return
  reading.seen.add(path)
  const text = await reading.files.read(path)
  if (text === undefined) {
    throw new RunwrightError('INVALID_STATE', `${from} includes ${path}, which is not in the code.`, {
      hint: 'Is it named in .gitignore, or larger than 16 MB?',
    })
  }
  // A line that ends in a backslash goes on in the next.
  for (const line of text.replaceAll('\r\n', '\n').replaceAll('\\\n', ' ').split('\n')) {
    const plain = line.replace(/(^|\s)#.*$/, '').trim()
    if (plain !== '') await readLine(reading, plain, path)
  }
}

async function readLine(reading: Reading, line: string, path: string): Promise<void> {
  const folder = posix.dirname(path)
  const included = /^(?:-r|--requirement)[\s=]*(.+)$/.exec(line)?.[1]
  const inCode = included === undefined ? undefined : resolveInCode(folder, unquote(included))
  if (inCode !== undefined) return readInto(reading, inCode, path)
  const editable = /^(?:-e|--editable)[\s=]*([^[\s]+)(\[.*\])?$/.exec(line)
  const project = editable?.[1] === undefined ? undefined : await findNamed(reading, folder, editable[1])
  if (project !== undefined) {
    reading.editable.add(project)
    for (const name of projectFiles) {
      const file = posix.join(project, name)
      const content = await reading.files.identify(file)
      if (content !== undefined) reading.named.set(file, content)
    }
    reading.lines.push(`${inTarget(project)}${editable?.[2] ?? ''}`)
    return
  }
  const isPath = /^(-f|--find-links|-c|--constraint)\b/.test(line)
  const words = await Promise.all(line.split(/(\s+)/).map((word) => placeWord(reading, folder, word, isPath)))
  reading.lines.push(words.join(''))
}

/** A word that names a file or folder of the code, as the target finds it; any other as it is. */
async function placeWord(reading: Reading, folder: string, word: string, isPath: boolean): Promise<string> {
  const [, option = '', path = '', rest = ''] = /^(--[\w-]+=|file:(?:\/\/)?(?!\/))?([^[;]*)(.*)$/.exec(word) ?? []
  const looksLikeOne = isPath || /[/\\]|^\.|\.(whl|zip|tar\.gz)$/.test(path)
  if (path.trim() === '' || !looksLikeOne || path.includes('://')) return word
  const inCode = await findNamed(reading, folder, unquote(path))
  if (inCode === undefined) return word
  const content = await reading.files.identify(inCode)
  if (content !== undefined) reading.named.set(inCode, content)
  return `${option.startsWith('file:') ? 'file://' : option}${inTarget(inCode)}${rest}`
}

/** Relative to the file, or to where pip is usually started: the root. */
async function findNamed({ files }: Reading, folder: string, path: string): Promise<string | undefined> {
  for (const from of [folder, '.']) {
    const inCode = resolveInCode(from, unquote(path))
    if (inCode !== undefined && (await files.identify(inCode)) !== undefined) return inCode
  }
  return undefined
}

function inTarget(path: string): string {
  return `\${${codeVariable}}${path === '' ? '' : `/${path}`}`
}

function unquote(word: string): string {
  return word.trim().replace(/^(["'])(.*)\1$/, '$2')
}
