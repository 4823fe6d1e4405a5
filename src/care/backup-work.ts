import type { DataProgress } from '../protocol/data-progress.ts'
import type { BackupNote } from './backup-files.ts'
import type { CareWork } from './copy-file.ts'

/** Work on the files of a backup, which tells how much of it is done. */
export interface BackupWork extends CareWork {
  fileDone(): void
}

export function countBackupWork(
  { storeBytes, artifactBytes, artifactCount }: BackupNote,
  phase: DataProgress['phase'],
  { signal, onProgress }: { readonly signal: AbortSignal; onProgress(progress: DataProgress): void },
): BackupWork {
  let [doneFiles, doneBytes] = [0, 0]
  const totals = { totalFiles: artifactCount + 1, totalBytes: storeBytes + artifactBytes }
  return {
    signal,
    read(sizeBytes) {
      doneBytes += sizeBytes
      onProgress({ phase, doneFiles, doneBytes, ...totals })
    },
    fileDone() {
      doneFiles += 1
    },
  }
}
