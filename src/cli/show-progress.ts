import type { DataProgress } from '../data/work.ts'
import { formatSize } from '../protocol/quantities.ts'
import type { Output } from './context.ts'

/** Often enough for an eye. */
const intervalMs = 100

/** A line that tells how far something has come, on a terminal only. */
export function showProgress(stderr: Output): Disposable & { readonly progress: (progress: DataProgress) => void } {
  let shownAt = 0
  const clear = () => {
    if (shownAt > 0) stderr.write('\r\u001b[K')
    shownAt = 0
  }
  return {
    progress(progress) {
      const now = performance.now()
      if (stderr.isTTY !== true || now - shownAt < intervalMs) return
      shownAt = now
      stderr.write(`\r\u001b[K${formatProgress(progress)}`)
    },
    [Symbol.dispose]: clear,
  }
}

function formatProgress({ phase, doneFiles, totalFiles, doneBytes, totalBytes }: DataProgress): string {
  const of = (total: string | undefined) => (total === undefined ? '' : ` of ${total}`)
  const files = `${doneFiles}${of(totalFiles?.toString())} files`
  const bytes =
    doneBytes === 0
      ? ''
      : `, ${formatSize(doneBytes)}${of(totalBytes === undefined ? undefined : formatSize(totalBytes))}`
  return `${phase}: ${files}${bytes}`
}
