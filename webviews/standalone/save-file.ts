import type { WebviewAction } from '../../src/protocol/webview-messages.ts'

/** A page without VS Code can still give its pictures and tables away, by the browser's own download. */
export function saveFile(action: WebviewAction): void {
  if (action.kind === 'export-file') download(action.fileName, new Blob([action.bytes.slice()]))
  else if (action.kind === 'open-text') {
    const ending = action.language === 'markdown' ? 'md' : 'csv'
    download(`runs.${ending}`, new Blob([action.content], { type: 'text/plain' }))
  }
}

function download(name: string, content: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  // Revoked at once, some browsers have not begun to read it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
