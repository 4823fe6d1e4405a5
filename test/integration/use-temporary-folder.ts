/** Has the system's folder for temporary files be this one, here and in processes that are started; disposing undoes it. */
export function useTemporaryFolder(path: string): Disposable {
  const { TMPDIR } = process.env
  process.env['TMPDIR'] = path
  return {
    [Symbol.dispose]() {
      if (TMPDIR === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = TMPDIR
    },
  }
}
