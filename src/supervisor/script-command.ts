import { access } from 'node:fs/promises'
import path from 'node:path'

const pythonsOfFolder =
  process.platform === 'win32'
    ? [String.raw`.venv\Scripts\python.exe`, String.raw`venv\Scripts\python.exe`]
    : ['.venv/bin/python', 'venv/bin/python']

/**
 * The command that a file alone stands for: a script with its interpreter, a notebook executed from top to bottom into
 * `NAME.executed.ipynb`. Anything else is a command already.
 *
 * @param cwd where the command runs; a virtual environment in it goes before the `python3` of the PATH. Undefined where
 *   that is no folder of this machine
 */
export async function scriptCommand(words: readonly string[], cwd: string | undefined): Promise<readonly string[]> {
  const [file = '', ...args] = words
  switch (path.extname(file)) {
    case '.py':
      return [cwd === undefined ? 'python3' : await findPython(cwd), file, ...args]
    case '.ipynb':
      return ['jupyter', 'nbconvert', '--to', 'notebook', '--execute', '--output', executedName(file), file, ...args]
    case '.ts':
    case '.mts':
    case '.js':
    case '.mjs':
    case '.cjs':
      return ['node', file, ...args]
    default:
      return words
  }
}

/** nbconvert puts it beside the notebook. */
function executedName(file: string): string {
  return `${path.basename(file, '.ipynb')}.executed.ipynb`
}

async function findPython(folder: string): Promise<string> {
  for (const python of pythonsOfFolder) {
    try {
      await access(path.join(folder, python))
      return python
    } catch {
      // This folder has no such environment; the next may.
    }
  }
  return process.platform === 'win32' ? 'python' : 'python3'
}
