import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EngineCommand } from '../../src/client/connect.ts'
import { protocolVersion as ourProtocol } from '../../src/protocol/methods.ts'

const root = join(import.meta.dirname, '../..')

export interface OtherEngine extends AsyncDisposable {
  readonly command: EngineCommand
}

/** The engine as another release would have it: the source of this one with other numbers in it. */
export async function createOtherEngine(options: {
  readonly version: string
  readonly protocolVersion?: number
}): Promise<OtherEngine> {
  const { version, protocolVersion = ourProtocol } = options
  const folder = await mkdtemp(join(tmpdir(), 'runwright-release-'))
  await cp(join(root, 'src'), join(folder, 'src'), { recursive: true })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', version }))
  const methods = join(folder, 'src/protocol/methods.ts')
  const source = await readFile(methods, 'utf8')
  const statement = 'export const protocolVersion = '
  await writeFile(methods, source.replace(statement + ourProtocol, statement + protocolVersion))
  return {
    command: { file: process.execPath, args: [join(folder, 'src/engine/main.ts')] },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}
