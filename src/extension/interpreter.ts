import { findPython, notebookWords } from '../client/script-programs.ts'

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
  return [await findPython(folder)]
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
  return [...python, '-m', ...notebookWords(file)]
}
