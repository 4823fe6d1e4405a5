import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const isRoot = process.geteuid?.() === 0

/** Why no disk can be mounted here, for `skip`; false where one can. */
export const cannotMount = process.platform === 'linux' && isRoot ? false : 'only root on Linux can mount a small disk'

/** A disk of its own that is soon full; disposing it unmounts it. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string
  /** Takes all the space that is left, but for so many bytes. */
  fill(leftBytes?: number): Promise<void>
  /** Gives back what `fill` took. */
  free(): Promise<void>
}

export async function openSmallDisk(sizeBytes: number): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'runwright-disk-'))
  await run('mount', '-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', path)
  const ballast = join(path, 'ballast')
  return {
    path,
    async fill(leftBytes = 0) {
      const { bavail, bsize } = await statfs(path)
      await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - leftBytes)))
    },
    free: () => rm(ballast),
    async [Symbol.asyncDispose]() {
      // An engine that has just been killed may still be on its way out.
      await run('umount', '--lazy', path)
      await rm(path, { recursive: true })
    },
  }
}

/** Nobody can write to the folder any more, not even root where that can be had; disposing undoes it. */
export async function makeReadOnly(folder: string): Promise<AsyncDisposable> {
  if (cannotMount !== false) {
    await chmod(folder, 0o555)
    return { [Symbol.asyncDispose]: () => chmod(folder, 0o755) }
  }
  await run('mount', '--bind', folder, folder)
  await run('mount', '-o', 'remount,ro,bind', folder)
  return { [Symbol.asyncDispose]: () => run('umount', '--lazy', folder) }
}

async function run(file: string, ...args: string[]): Promise<void> {
  await promisify(execFile)(file, args)
}
