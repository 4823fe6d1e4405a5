/** A place in a file that a line names. */
export interface FilePlace {
  /** The characters of the line that name it, from `from` to before `to`. */
  readonly from: number
  readonly to: number
  readonly path: string
  /** From 1, and so is the column. */
  readonly line: number
  readonly column?: number
}

/** As Python's tracebacks say it. What interpreters call no file stands in angle brackets. */
const python = /File "([^"<>]+)", line (\d+)/g

/** As Node's stacks and most tools say it: `train.ts:12:5`, `file:///home/ada/train.mjs:3`, `C:\work\train.py:7`. */
const common =
  /(?:file:\/\/)?(?:[A-Za-z]:)?[\w.@~+%/\\-]*[\w@~+%-]\.(?:py|pyx|ipynb|[cm]?[jt]s|[jt]sx|cu|cpp|h|rs|go|sh|ya?ml):(\d+)(?::(\d+))?/g

/** The files that a line without escape sequences names together with a line in them, from left to right. */
export function findPlaces(text: string): readonly FilePlace[] {
  // Most lines name none, and this is quick to see.
  if (!/(?:line |:)\d/.test(text)) return []
  const ofPython = [...text.matchAll(python)].map(({ 0: all, 1: path = '', 2: line, index }) => ({
    from: index,
    to: index + all.length,
    path,
    line: Number(line),
  }))
  const others = [...text.matchAll(common)].map(({ 0: all, 1: line, 2: column, index }) => ({
    from: index,
    to: index + all.length,
    path: toPath(all.slice(0, all.length - `:${line}${column === undefined ? '' : `:${column}`}`.length)),
    line: Number(line),
    ...(column === undefined ? {} : { column: Number(column) }),
  }))
  return [...ofPython, ...others].filter(({ line }) => line > 0).toSorted((a, b) => a.from - b.from)
}

function toPath(name: string): string {
  if (!name.startsWith('file://')) return name
  try {
    return decodeURIComponent(name.slice('file://'.length))
  } catch {
    return name
  }
}
