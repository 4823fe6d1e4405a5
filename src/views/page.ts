import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { escapeHtml } from '../base/escape-html.ts'
import { languages } from '../base/languages.ts'
import { encodeBulk } from '../protocol/bulk.ts'
import { type PageData, pageDataId } from '../protocol/page-data.ts'

/**
 * A view as one HTML page that opens from a disk: the comparison itself with its data, which runs its own script
 * alone and can reach nothing.
 *
 * @param webviewFolder where the bundles of webviews are
 * @throws {Error} ENOENT when there are none
 */
export async function createPage(data: PageData, webviewFolder: string): Promise<string> {
  const read = (name: string) => readFile(join(webviewFolder, name), 'utf8')
  const [bundled = '', theme, style] = await Promise.all(['standalone.js', 'standalone.css', 'compare.css'].map(read))
  // What would end the element, or ask for a file that is not there, says the same in other words.
  const script = bundled.replaceAll('</script', '<\\/script').replace(/\n\/\/# sourceMappingURL=.*/, '')
  const styles = `${theme}\n${style}`.replaceAll(/\/\*# sourceMappingURL=.*?\*\//g, '')
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(styles)}`,
    'img-src blob: data:',
    'media-src blob: data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const bytes = Buffer.from(encodeBulk(data)).toString('base64')
  return `<!doctype html>
<html lang="${data.language}" dir="${languages[data.language].direction}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(data.view.title)}</title>
<style>${styles}</style>
</head>
<body class="standalone">
<script type="application/octet-stream" id="${pageDataId}">${bytes}</script>
<script>${script}</script>
</body>
</html>
`
}

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
