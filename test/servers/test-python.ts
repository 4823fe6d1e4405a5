import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The Python that has the packages of `test/python/requirements.txt`.
 *
 * @param env may name another one as RUNWRIGHT_TEST_PYTHON
 * @throws {Error} when there is none
 */
export function findTestPython(env: NodeJS.ProcessEnv): string {
  const python = env['RUNWRIGHT_TEST_PYTHON'] ?? join(import.meta.dirname, '../python/.venv/bin/python')
  if (!existsSync(python)) throw new Error(`There is no Python at ${python}: \`npm test\` installs it.`)
  return python
}
