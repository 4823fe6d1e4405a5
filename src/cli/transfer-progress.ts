import type { Work } from '../data/work.ts'
import { formatSize } from '../protocol/quantities.ts'
import type { CliContext } from './context.ts'
import { formatDuration } from './text.ts'

const titles = {
  scan: 'Looking',
  hash: 'Hashing',
  store: 'Storing',
  checkout: 'Writing',
  query: 'Asking',
  upload: 'Sending',
  download: 'Fetching',
  verify: 'Verifying',
  remove: 'Removing',
} as const satisfies Record<Parameters<Work['progress']>[0]['phase'], string>

const frameMs = 100

/** Draws one line on a terminal again and again, with rate and time left; says nothing elsewhere. */
export function showProgress({ stderr, now }: CliContext, isQuiet: boolean): Work['progress'] {
  if (isQuiet || stderr.isTTY !== true) return () => undefined
  const start = now()
  let drawnAt = -Infinity
  return ({ phase, doneFiles, totalFiles, doneBytes, totalBytes }) => {
    const isEnd = doneFiles === totalFiles
    if (now() - drawnAt < frameMs && !isEnd) return
    drawnAt = now()
    const seconds = Math.max(now() - start, 1) / 1000
    const rate = doneBytes / seconds
    const left = totalBytes === undefined || rate === 0 ? undefined : ((totalBytes - doneBytes) / rate) * 1000
    const files = totalFiles === undefined ? `${doneFiles}` : `${doneFiles}/${totalFiles}`
    const time = left === undefined ? '' : `, ${formatDuration(Math.max(0, left))} left`
    const text = `${titles[phase]} ${files} files, ${formatSize(doneBytes)}, ${formatSize(rate)}/s${time}`
    stderr.write(isEnd ? '\r\u001b[K' : `\r\u001b[K${text.slice(0, (stderr.columns ?? 80) - 1)}`)
  }
}
