import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { isRecord } from '../../src/protocol/json.ts'

/**
 * Runs a script of `test/python` against a tracking server; resolves to the JSON object that it prints.
 *
 * @param options.folder where it runs and leaves its temporary files
 * @param options.env variables beyond those of this process
 * @throws {Error} with what it wrote to the standard error, when it fails
 */
export async function runPython(options: {
  readonly python: string
  readonly script: string
  readonly folder: string
  readonly server: { readonly uri: string; readonly token?: string | undefined }
  readonly env?: Readonly<Record<string, string>>
}): Promise<Record<string, unknown>> {
  const { python, script, folder, server, env } = options
  const child = spawn(python, [join(import.meta.dirname, '../python', script)], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      // MLflow leaves what it downloads.
      TMPDIR: folder,
      MLFLOW_TRACKING_URI: server.uri,
      ...(server.token === undefined ? {} : { MLFLOW_TRACKING_TOKEN: server.token }),
      ...env,
    },
  })
  const [said, problems] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (child.exitCode !== 0) throw new Error(`${script} ended with ${child.exitCode}:\n${problems}`)
  const result: unknown = JSON.parse(said)
  if (!isRecord(result)) throw new Error(`${script} printed no object:\n${said}`)
  return result
}
