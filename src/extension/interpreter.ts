import { access } from 'node:fs/promises'
import { join } from 'node:path'

const pythonsOfFolder =
  process.platform === 'win32'
    ? [String.raw`.venv\Scripts\python.exe`, String.raw`venv\Scripts\python.exe`]
    : ['.venv/bin/python', 'venv/bin/python']

/**
 * The words that go before a file to run it: for Python what the setting says, else the folder's virtual environment,
 * else the `python3` of the PATH; for anything else `node`.
 */
export async function findInterpreter(
  file: string,
  folder: string,
  configuredPython: string,
): Promise<readonly string[]> {
  if (!file.endsWith('.py')) return ['node']
  if (configuredPython !== '') return [configuredPython]
  for (const python of pythonsOfFolder) {
    try {
      await access(join(folder, python))
      return [python]
    } catch {
      // This folder has no such environment; the next may.
    }
  }
  return [process.platform === 'win32' ? 'python' : 'python3']
}

/**
 * The command that a file alone stands for: a script with its interpreter; a notebook is executed from top to bottom
 * into `NAME.executed.ipynb` beside it.
 *
 * @param file relative to the folder
 */
export async function findFileCommand(
  file: string,
  folder: string,
  configuredPython: string,
): Promise<readonly string[]> {
  if (!file.endsWith('.ipynb')) return [...(await findInterpreter(file, folder, configuredPython)), file]
  const python = await findInterpreter('notebook.py', folder, configuredPython)
  const executed = `${file.slice(file.lastIndexOf('/') + 1, -'.ipynb'.length)}.executed.ipynb`
  const convert = ['-m', 'jupyter', 'nbconvert', '--to', 'notebook', '--execute', '--output', executed]
  return [...python, ...convert, file]
}
