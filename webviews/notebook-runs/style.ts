/** VS Code puts outputs into a page of its own: every rule stands below `.runwright-runs`. */
export const style = `
.runwright-runs { color: var(--vscode-foreground); font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); max-inline-size: 100%; }
.runwright-runs .bar { align-items: center; display: flex; flex-wrap: wrap; gap: 4px 12px; margin-block: 2px 6px; }
.runwright-runs .bar [role='status'] { color: var(--vscode-descriptionForeground); }
.runwright-runs .trouble { background: var(--vscode-inputValidation-errorBackground); border: 1px solid var(--vscode-inputValidation-errorBorder); color: var(--vscode-inputValidation-errorForeground, var(--vscode-foreground)); margin-block: 0 6px; padding: 4px 8px; width: fit-content; }
.runwright-runs .scroll { max-block-size: 420px; max-inline-size: 100%; overflow: auto; }
.runwright-runs .scroll:focus-visible, .runwright-runs button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 1px; }
.runwright-runs table { border-collapse: collapse; margin: 0 0 8px; }
.runwright-runs caption { font-weight: 600; padding-block: 4px; text-align: start; white-space: nowrap; }
.runwright-runs th, .runwright-runs td { border: 0; padding: 3px 10px; text-align: start; white-space: nowrap; }
.runwright-runs td { max-inline-size: 320px; overflow: hidden; text-overflow: ellipsis; unicode-bidi: plaintext; }
.runwright-runs thead th { background: var(--vscode-editor-background); border-block-end: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder)); font-weight: 600; inset-block-start: 0; position: sticky; }
.runwright-runs tbody tr, .runwright-runs tbody tr:nth-child(even) { background: transparent; }
.runwright-runs tbody tr:hover { background: var(--vscode-list-hoverBackground); }
.runwright-runs tbody th { font-weight: 400; }
.runwright-runs .number { font-variant-numeric: tabular-nums; text-align: end; }
.runwright-runs .id { font-family: var(--vscode-editor-font-family); }
.runwright-runs .quiet { color: var(--vscode-descriptionForeground); }
.runwright-runs [data-status]::before { content: '●' / ''; display: inline-block; margin-inline-end: 6px; color: var(--vscode-descriptionForeground); }
.runwright-runs [data-status='RUNNING']::before { color: var(--vscode-charts-blue); }
.runwright-runs [data-status='SCHEDULED']::before { content: '○' / ''; }
.runwright-runs [data-status='FINISHED']::before { color: var(--vscode-testing-iconPassed); content: '✓' / ''; }
.runwright-runs [data-status='FAILED']::before { color: var(--vscode-errorForeground); content: '✕' / ''; }
.runwright-runs [data-status='KILLED']::before { content: '■' / ''; }
.runwright-runs .bar button { background: none; border: 0; color: var(--vscode-textLink-foreground); cursor: pointer; font: inherit; padding: 2px 0; }
.runwright-runs .bar button:hover { color: var(--vscode-textLink-activeForeground); text-decoration: underline; }
.runwright-runs .bar button:disabled { color: var(--vscode-disabledForeground); cursor: default; text-decoration: none; }
`
