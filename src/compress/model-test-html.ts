import { escapeHtml } from '../base/escape-html.ts'
import type { ModelTestReport } from './model-test-report.ts'
import { describeCircumstances, type ReportTable, reportTables, sumUp } from './model-test-tables.ts'

/** One page without scripts that needs nothing beside it; it opens from a disk, in light and dark. */
export function toHtml(report: ModelTestReport): string {
  const title = `Test of ${report.candidate.name}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${styles}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<div class="verdict ${report.isPassed ? 'good' : 'bad'}">
<p class="word">${report.isPassed ? 'Passed' : 'Failed'}</p>
<p>${escapeHtml(sumUp(report))}</p>
${describeCircumstances(report)
  .map((line) => `<p class="quiet">${escapeHtml(line)}</p>`)
  .join('\n')}
</div>
${reportTables(report).map(toSection).join('\n')}
</main>
</body>
</html>
`
}

const styles = `
:root { color-scheme: light dark; --line: light-dark(#d4d4d4, #444); --quiet: light-dark(#5c5c5c, #a6a6a6); }
body { font: 14px/1.5 system-ui, sans-serif; margin: 0; color: light-dark(#1f1f1f, #ddd); background: light-dark(#fff, #1b1b1b); }
main { max-width: 80rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 2rem 0 0.5rem; }
p { margin: 0 0 0.25rem; overflow-wrap: anywhere; }
.verdict { padding-inline-start: 1rem; border-inline-start: 4px solid; border-color: light-dark(#1a6b2d, #6fd287); }
.verdict.bad { border-color: light-dark(#a1260d, #f48771); }
.verdict .word { font-size: 1.5rem; font-weight: 600; }
.quiet { color: var(--quiet); }
section { overflow-x: auto; }
section:focus-visible { outline: 2px solid light-dark(#005fb8, #4aa3ff); outline-offset: 2px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: start; padding: 0.3rem 1.25rem 0.3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
th { font-size: 0.75rem; font-weight: 600; letter-spacing: 0.03em; color: var(--quiet); }
tbody tr:hover { background: light-dark(#f3f3f3, #262626); }
.number { text-align: end; }
td.sentence { min-width: 18rem; max-width: 44rem; white-space: normal; overflow-wrap: anywhere; }
td.good, .verdict.good .word { color: light-dark(#1a6b2d, #6fd287); }
td.bad, .verdict.bad .word { color: light-dark(#a1260d, #f48771); }
td.bad { font-weight: 600; }
@media print { section { overflow: visible; break-inside: avoid; } }
`

/** Characters of a cell that stay in one line. */
const longestLine = 60

function toSection({ title, columns, rows }: ReportTable): string {
  const alignment = (column: number) => (columns[column]?.align === 'right' ? ' class="number"' : '')
  const header = columns.map((column, index) => `<th scope="col"${alignment(index)}>${escapeHtml(column.title)}</th>`)
  const toCell = (text: string, index: number) => {
    const kind = text.length > longestLine ? ' class="sentence"' : alignment(index)
    const isResult = columns[index]?.title === 'RESULT'
    return `<td${isResult ? verdict(text) : kind}>${escapeHtml(text)}</td>`
  }
  const body = rows.map((row) => `<tr>${row.map(toCell).join('')}</tr>`)
  // A table that is wider than the page is scrolled by keys too.
  return `<section tabindex="0" aria-label="${escapeHtml(title)}">
<h2>${escapeHtml(title)}</h2>
<table>
<thead><tr>${header.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table>
</section>`
}

function verdict(result: string): string {
  return /^(passed|met)\b/.test(result) ? ' class="good"' : ' class="bad"'
}
