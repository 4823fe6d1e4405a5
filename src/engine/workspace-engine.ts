import { join } from 'node:path'
import { dataFiles, dataFolderName } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { EngineFile } from '../protocol/methods.ts'
import { prepareDataFolder } from './data-folder.ts'
import { type Engine, type EngineOptions, openLockedEngine } from './engine.ts'
import { loadOwnEngineFile, writeEngineFile } from './engine-file.ts'
import { openLock } from '../store/lock.ts'

export type WorkspaceEngineOptions = Omit<EngineOptions, 'dataFolder' | 'host' | 'port' | 'token' | 'hostNames'> & {
  /** Absolute path. */
  readonly workspace: string
}

/**
 * Opens the one engine of a workspace, with the port and token of the one before it, and says in `engine.json` where
 * it is. Undefined when the workspace has one already.
 *
 * @throws STORAGE_… when the folder or the store cannot be used
 */
export async function openWorkspaceEngine(options: WorkspaceEngineOptions): Promise<Engine | undefined> {
  const dataFolder = join(options.workspace, dataFolderName)
  await prepareDataFolder(dataFolder)
  await using opened = new AsyncDisposableStack()
  const lock = openLock(join(dataFolder, dataFiles.lock))
  if (lock === undefined) return undefined
  opened.use(lock)

  const enginePath = join(dataFolder, dataFiles.engine)
  const { engine, token } = await openWhereItWas({ ...options, dataFolder }, await loadOwnEngineFile(enginePath))
  opened.use(engine)
  await writeEngineFile(enginePath, { pid: process.pid, port: engine.port, token, version: options.version })

  const closing = opened.move()
  return { ...engine, [Symbol.asyncDispose]: () => closing.disposeAsync() }
}

async function openWhereItWas(
  options: Omit<EngineOptions, 'host' | 'port' | 'token'>,
  previous: EngineFile | undefined,
): Promise<{ engine: Engine; token: string }> {
  const open = async (port: number, token: string) => ({
    engine: await openLockedEngine({ ...options, host: '127.0.0.1', port, token }),
    token,
  })
  const fresh = () => open(0, Buffer.from(options.randomBytes(32)).toString('hex'))
  if (previous === undefined) return fresh()
  try {
    return await open(previous.port, previous.token)
  } catch (error) {
    if (!isPortTaken(error)) throw error
    // Who has the port now may have been sent the token by a command that is still running.
    return fresh()
  }
}

function isPortTaken(error: unknown): boolean {
  const cause = error instanceof RunwrightError ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && (cause.code === 'EADDRINUSE' || cause.code === 'EACCES')
}
