import { escapeHtml } from '../base/escape-html.ts'
import { type Language, languages } from '../base/languages.ts'

/** What a webview's page is made of. */
export interface WebviewPage {
  readonly title: string
  readonly language: Language
  /** Addresses of ES modules, run in this order. */
  readonly scripts: readonly string[]
  readonly style: string
  /** Where scripts, styles, images and fonts may come from: `Webview.cspSource`. */
  readonly source: string
  /** Random; lets exactly these scripts run, and the modules that they import. */
  readonly nonce: string
  /** A text in place of what the scripts would show. */
  readonly notice?: string
  /** What the page gives VS Code to keep of it. */
  readonly kept?: object
}

/** The page of a webview, which may reach nothing but what ships with the extension. */
export function createWebviewHtml({
  title,
  language,
  scripts,
  style,
  source,
  nonce,
  notice,
  kept,
}: WebviewPage): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source} 'unsafe-inline'`,
    `img-src ${source} blob: data:`,
    `media-src blob:`,
    `font-src ${source}`,
  ].join('; ')
  return `<!doctype html>
<html lang="${language}" dir="${languages[language].direction}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${escapeHtml(style)}">
</head>
<body${kept === undefined ? '' : ` data-kept="${escapeHtml(JSON.stringify(kept))}"`}>
${notice === undefined ? '' : `<p class="page-notice" role="alert">${escapeHtml(notice)}</p>\n`}${scripts.map((script) => `<script type="module" nonce="${nonce}" src="${escapeHtml(script)}"></script>`).join('\n')}
</body>
</html>`
}
