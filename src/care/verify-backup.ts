import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataProgress } from '../protocol/data-progress.ts'
import { RunwrightError, throwIfCancelled } from '../protocol/errors.ts'
import { backupFiles, type BackupNote, parseBackupNote, readBackupList } from './backup-files.ts'
import type { StoreFinding } from './check-store.ts'
import { countBackupWork } from './backup-work.ts'
import { hashFile } from './copy-file.ts'

/** @throws RESOURCE_DOES_NOT_EXIST when the folder is no backup, STORAGE_TOO_NEW */
export async function loadBackupNote(folder: string): Promise<BackupNote> {
  const json = await readFile(join(folder, backupFiles.note), 'utf8').catch(() => undefined)
  if (json !== undefined) return parseBackupNote(json, folder)
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${folder} is no backup: it has no ${backupFiles.note}.`, {
    hint: 'Name a folder that "runwright store backup" has made.',
  })
}

/** Reads every file of a backup and says which is missing, or not what was backed up. */
export async function verifyBackup(
  folder: string,
  options: { readonly signal: AbortSignal; onProgress(progress: DataProgress): void },
): Promise<readonly StoreFinding[]> {
  const note = await loadBackupNote(folder)
  const findings: StoreFinding[] = []
  const work = countBackupWork(note, 'verify', options)
  const compare = async (name: string, sha256: string, kind: StoreFinding['kind']) => {
    throwIfCancelled(work)
    const content = await hashFile(join(folder, name), work)
    work.fileDone()
    if (content === undefined) findings.push({ kind, subject: name, problem: 'is missing' })
    else if (content.sha256 !== sha256) findings.push({ kind, subject: name, problem: 'is not what was backed up' })
    return content?.sha256 === sha256
  }
  await compare(backupFiles.store, note.storeSha256, 'database')
  const isListWhole = await compare(backupFiles.list, note.listSha256, 'artifact')
  if (!isListWhole) return findings
  for await (const { path, sha256 } of readBackupList(join(folder, backupFiles.list))) {
    await compare(`${backupFiles.artifacts}/${path}`, sha256, 'artifact')
  }
  return findings
}
