import { constants, existsSync } from 'node:fs'
import { link, mkdir, open, rm } from 'node:fs/promises'
import path from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'

/**
 * The token of a server's data folder, made at the first start and kept in a file that only its owner may read, so
 * that clients stay valid when the server comes back.
 *
 * @throws STORAGE_READ_ONLY when the file cannot be made, or others may read it
 */
export async function loadServerToken(
  dataFolder: string,
  randomBytes: (sizeBytes: number) => Uint8Array,
): Promise<{ token: string; file: string }> {
  const file = path.join(dataFolder, 'token')
  try {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 })
    if (!existsSync(file)) await makeToken(file, Buffer.from(randomBytes(32)).toString('hex'))
  } catch (error) {
    throw new RunwrightError('STORAGE_READ_ONLY', `The token file ${file} cannot be made.`, {
      hint: 'Name a data folder you may write to by --data.',
      cause: error,
    })
  }
  return { token: await readToken(file), file }
}

/** Complete, or not at all; of servers that begin at once in one folder, the first makes it for all. */
async function makeToken(file: string, token: string): Promise<void> {
  const complete = `${file}.${process.pid}.tmp`
  try {
    await rm(complete, { force: true })
    {
      await using created = await open(complete, 'wx', 0o600)
      await created.writeFile(`${token}\n`)
      await created.sync()
    }
    await link(complete, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await rm(complete, { force: true })
  }
}

async function readToken(file: string): Promise<string> {
  await using handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  const { mode, uid } = await handle.stat()
  const token = (await handle.readFile('utf8')).trim()
  const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o077) === 0)
  if (isOurs && token.length >= 16) return token
  throw new RunwrightError('STORAGE_READ_ONLY', `${file} holds no token, or others may read it.`, {
    hint: 'Delete it, and the next start makes a new one.',
  })
}
