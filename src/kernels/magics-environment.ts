/** By which a kernel of this machine knows its own id. */
export const kernelVariable = 'RUNWRIGHT_KERNEL'

/** What magics in cells go by; the names are those that `python/runwright/notebook` knows. */
export function magicsEnvironment(places: {
  /** Absolute; the package `runwright` for Python is in it. */
  readonly pythonFolder: string
  /** Program and first words of the command line. */
  readonly commandLine: readonly string[]
  /** Absolute. */
  readonly workspace: string
}): Record<string, string> {
  return {
    RUNWRIGHT_PYTHON: places.pythonFolder,
    RUNWRIGHT_COMMAND: JSON.stringify(places.commandLine),
    RUNWRIGHT_WORKSPACE: places.workspace,
  }
}

/**
 * ipykernel loads the magics by itself: those of a package `runwright` that the environment has, else the ones that come
 * with this engine. Their folder is the last on the path, so that it hides nothing. A kernel goes on when an editor
 * has replaced the extension that started it, so the folder is read when the kernel starts.
 */
export const loadedMagics =
  '--IPKernelApp.exec_lines=' +
  "(lambda folder: folder and (__import__('sys').path.append(folder), " +
  "get_ipython().extension_manager.load_extension('runwright')) and None)" +
  "(__import__('os').environ.get('RUNWRIGHT_PYTHON'))"
