import path from 'node:path'
import { findPython, isPythonOfFolder, notebookWords } from '../client/script-programs.ts'

/**
 * The command that a file alone stands for: a script with its interpreter, a notebook executed from top to bottom into
 * `NAME.executed.ipynb`. Anything else is a command already.
 *
 * @param cwd where the command runs; a virtual environment in it goes before the `python3` of the PATH. Undefined where
 *   that is a copy of the code, here or on another machine
 */
export async function scriptCommand(words: readonly string[], cwd: string | undefined): Promise<readonly string[]> {
  const [file = '', ...args] = words
  switch (path.extname(file)) {
    case '.py':
      return [cwd === undefined ? 'python3' : await findPython(cwd), file, ...args]
    case '.ipynb':
      return [...notebookWords(file), ...args]
    case '.ts':
    case '.mts':
    case '.js':
    case '.mjs':
    case '.cjs':
      return ['node', file, ...args]
    default:
      // An environment of the folder stays where it is; that of its lock is built where the command runs.
      return cwd === undefined && isPythonOfFolder(file) ? ['python3', ...args] : words
  }
}
