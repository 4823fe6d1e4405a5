import { lstat, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFiles } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { toStorageError } from '../store/storage-error.ts'

/** A repository can bring links along, and what is written through one lands where its author wants it. */
const mustNotBeLinks = [
  dataFiles.engine,
  dataFiles.lock,
  dataFiles.store,
  dataFiles.sharedStore,
  dataFiles.artifacts,
  dataFiles.uploads,
  dataFiles.artifactPlace,
  dataFiles.growing,
  dataFiles.webhookKey,
  dataFiles.spool,
  dataFiles.jobs,
  dataFiles.kernels,
  dataFiles.features,
  dataFiles.views,
  dataFiles.restoring,
  dataFiles.logs,
  dataFiles.log,
]

/**
 * Makes the folder with its `.gitignore` and log folder, only for its owner, where they are missing.
 *
 * @throws STORAGE_FULL, or STORAGE_READ_ONLY when it cannot be written or a file of ours in it is a symbolic link
 */
export async function prepareDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(join(folder, dataFiles.logs), { recursive: true, mode: 0o700 })
    await writeGitignore(join(folder, dataFiles.gitignore))
  } catch (error) {
    throw toStorageError(error, folder)
  }
  for (const name of mustNotBeLinks) {
    const path = join(folder, name)
    const entry = await lstat(path).catch(() => undefined)
    if (entry?.isSymbolicLink() === true) {
      throw new RunwrightError('STORAGE_READ_ONLY', `${path} is a symbolic link, so it is not written through.`, {
        hint: 'Remove the link. A link of yours for the whole folder is fine.',
      })
    }
  }
}

/** Nothing here is for git but saved views, which people may want to share. */
const gitignoreText = `*\n!/${dataFiles.views}/\n!/${dataFiles.views}/*.json\n`

/** What it was before there were views; what somebody else has written stays. */
const earlierText = '*\n'

async function writeGitignore(file: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) !== earlierText) {
    return writeFile(file, gitignoreText, { flag: 'wx' }).catch(unlessThere)
  }
  const beside = `${file}.${process.pid}.new`
  await writeFile(beside, gitignoreText)
  await rename(beside, file)
}

function unlessThere(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
}
