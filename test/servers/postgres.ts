import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { findFreePorts } from './free-ports.ts'
import { openServerScript, whyNot } from './server-script.ts'

/** A real PostgreSQL server on 127.0.0.1; disposing it ends and removes it. */
export interface PostgresServer extends AsyncDisposable {
  /** Of an empty database, as its superuser. */
  readonly url: string
  /** File of the certificate that it has for the name `localhost`, where it encrypts. */
  readonly certificate: string
  start(): Promise<void>
  /** Ends the server and all its connections, as when the machine loses its power. */
  kill9(): Promise<void>
  stop(): Promise<void>
}

/** Why there can be no PostgreSQL server here; false when there can. Debian keeps its programs out of the way. */
export const whyNoPostgres = globSync('/usr/lib/postgresql/*/bin/initdb').some((program) => existsSync(program))
  ? whyNot(['setpriv'], { needsRoot: false })
  : whyNot(['initdb', 'postgres'], { needsRoot: false })

/**
 * @param options.isDurable whether it waits for the disk; default true, and false is faster where nothing is killed
 * @param options.isEncrypted whether it speaks TLS, too; default false
 */
export async function openPostgresServer(
  options: { readonly isDurable?: boolean; readonly isEncrypted?: boolean } = {},
): Promise<PostgresServer> {
  const script = await openServerScript('postgres', {
    PG_TEST_FSYNC: options.isDurable === false ? 'off' : 'on',
    PG_TEST_TLS: options.isEncrypted === true ? 'on' : 'off',
  })
  const [port = 0] = await findFreePorts(1)
  const close = async () => {
    await script.run('stop')
    await script.remove()
  }
  try {
    await script.run('start', port)
  } catch (error) {
    await close()
    throw error
  }
  return {
    url: `postgres://runwright@127.0.0.1:${port}/runwright`,
    certificate: join(script.folder, 'pg', 'data', 'server.crt'),
    start: async () => void (await script.run('start')),
    kill9: async () => void (await script.run('kill9')),
    stop: async () => void (await script.run('stop')),
    [Symbol.asyncDispose]: close,
  }
}
