import { RunwrightError } from '../protocol/errors.ts'

/** Deeper and longer than any system takes. */
const maxBytes = 4096

/** Git's and DVC's own folders, which data never has a say in; file systems that ignore case included. */
const ownFolders = /^(\.git|\.dvc|\.hg|\.runwright)$/i

/**
 * A path inside a folder that came from outside: from a `.dir` list, a manifest, a `.dvc` file. It is taken only when it
 * leads to a place below its folder on every system, by its components alone.
 *
 * @param where it was found, for the error
 * @returns the path as given
 * @throws INVALID_PARAMETER_VALUE for an absolute path, `..`, an empty component, Git's and DVC's folders, NUL
 */
export function checkRelativePath(path: string, where: string): string {
  if (isPlain(path)) return path
  const problem = findProblem(path)
  if (problem === undefined) return path
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `${where} names ${shorten(path)}, which ${problem}.`, {
    hint: 'Nothing was read or written by that name. Ask whoever made this data how it came there.',
  })
}

/** Most names need no closer look. */
function isPlain(path: string): boolean {
  return path.length > 0 && path.length < maxBytes / 4 && !/\/\.|\/\/|^[./]|\/$|[\0\\:]/.test(path)
}

function findProblem(path: string): string | undefined {
  if (path === '') return 'is empty'
  if (path.includes('\0')) return 'holds a NUL character'
  if (Buffer.byteLength(path) > maxBytes) return `is longer than ${maxBytes} bytes`
  if (path.startsWith('/') || /^[A-Za-z]:[/\\]/.test(path)) return 'is absolute'
  for (const component of path.split(process.platform === 'win32' ? /[/\\]/ : '/')) {
    if (component === '' || component === '.' || component === '..') return 'does not stay inside its folder'
    if (ownFolders.test(component)) return `goes into a folder ${component}`
  }
  return undefined
}

/** As it may stand in a sentence: quoted, with what is not printable escaped. */
function shorten(path: string): string {
  const shown = JSON.stringify(path.length > 120 ? `${path.slice(0, 120)}…` : path)
  return shown
}

/** Orders by code points, as Python does; JavaScript's own order is by UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)]
    if (left === right) continue
    // A surrogate stands for a code point above all that are one unit.
    const isLeftHigh = left >= 0xd800 && left <= 0xdfff
    const isRightHigh = right >= 0xd800 && right <= 0xdfff
    return isLeftHigh === isRightHigh ? left - right : isLeftHigh ? 1 : -1
  }
  return a.length - b.length
}
