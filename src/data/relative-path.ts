import { RunwrightError } from '../protocol/errors.ts'

/** Deeper and longer than any system takes. */
const maxBytes = 4096
/** Of one name in a path: no system takes more. */
const maxNameBytes = 255

/** Git's and DVC's own folders, which data never has a say in. */
const ownFolders = /^(\.git|\.dvc|\.hg|\.runwright|(git|dvc|hg|runwri)~\d+)$/i

/** What HFS+ leaves out of a name before it looks for it; git leaves out the same. */
const unseenLetters = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g

/**
 * Names that Windows keeps for devices, whatever ending they have.
 *
 * @see https://learn.microsoft.com/windows/win32/fileio/naming-a-file
 */
const devices = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[1-9¹²³])[ .]*(\..*)?$/i

/**
 * A path inside a folder that came from outside: from a `.dir` list, a manifest, a `.dvc` file. It is taken only when it
 * leads to a place below its folder on this system, by its components alone, and to Git's and DVC's folders on none.
 *
 * @param where it was found, for the error
 * @returns the path as given
 * @throws INVALID_PARAMETER_VALUE for an absolute path, `..`, an empty component, Git's and DVC's folders, NUL, names that
 *   no file has, and on Windows those that lead to devices and streams
 */
export function checkRelativePath(path: string, where: string, platform: string = process.platform): string {
  if (platform !== 'win32' && isPlain(path)) return path
  const problem = findProblem(path, platform === 'win32')
  if (problem === undefined) return path
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `${where} names ${shorten(path)}, which ${problem}.`, {
    hint: 'Nothing was read or written by that name. Rename it, or ask whoever made this data how it came there.',
  })
}

const notPlain = /\/\.|\/\/|^[./]|\/$|[\0\\:~\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/

/** Most names need no closer look: a letter has three bytes at most for each of its units. */
function isPlain(path: string): boolean {
  return path.length > 0 && path.length <= maxNameBytes / 3 && !notPlain.test(path)
}

function findProblem(path: string, isWindows: boolean): string | undefined {
  if (path === '') return 'is empty'
  if (path.includes('\0')) return 'holds a NUL character'
  if (Buffer.byteLength(path) > maxBytes) return `is longer than ${maxBytes} bytes`
  if (path.startsWith('/') || /^[A-Za-z]:[/\\]/.test(path)) return 'is absolute'
  for (const name of path.split(isWindows ? /[/\\]/ : '/')) {
    if (name === '' || name === '.' || name === '..') return 'does not stay inside its folder'
    if (ownFolders.test(seenBySystems(name))) return `goes into a folder ${name}`
    const length = isWindows ? name.length : Buffer.byteLength(name)
    if (length > maxNameBytes) return `has a name of ${length} bytes in it, where ${maxNameBytes} are the most`
    if (isWindows && isNoWindowsName(name)) return 'no file on Windows can have'
  }
  return undefined
}

/** Devices, streams of files, and what Windows drops or has no letter for. */
function isNoWindowsName(name: string): boolean {
  return devices.test(name) || /[<>:"|?*]|[ .]$/.test(name) || [...name].some((letter) => letter < ' ')
}

/** Windows drops dots and spaces at the end and what comes after a colon, macOS letters that are not seen. */
function seenBySystems(name: string): string {
  return name
    .replaceAll(unseenLetters, '')
    .replace(/:.*$/s, '')
    .replace(/[ .]+$/, '')
}

/** As it may stand in a sentence: quoted, with what is not printable escaped. */
function shorten(path: string): string {
  const shown = JSON.stringify(path.length > 120 ? `${path.slice(0, 120)}…` : path)
  return shown
}

/** Orders by code points, as Python does; JavaScript's own order is by UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0
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
