import { access } from 'node:fs/promises'
import path from 'node:path'

const pythonsOfFolder =
  process.platform === 'win32'
    ? [String.raw`.venv\Scripts\python.exe`, String.raw`venv\Scripts\python.exe`]
    : ['.venv/bin/python', 'venv/bin/python']

/** Whether a program is the Python of a virtual environment of the folder that it is run in. */
export function isPythonOfFolder(program: string): boolean {
  return /^\.?venv[/\\](bin|Scripts)[/\\]python[\d.]*(\.exe)?$/.test(program)
}

/** The Python of a folder's virtual environment, relative to the folder; where it has none, the one of the PATH. */
export async function findPython(folder: string): Promise<string> {
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

/**
 * What executes a notebook from top to bottom, behind `python -m` or as it is. nbconvert puts `NAME.executed.ipynb`
 * beside the notebook.
 *
 * @param file with `/` between its folders
 */
export function notebookWords(file: string): readonly string[] {
  const executed = `${path.posix.basename(file, '.ipynb')}.executed.ipynb`
  return ['jupyter', 'nbconvert', '--to', 'notebook', '--execute', '--output', executed, file]
}
