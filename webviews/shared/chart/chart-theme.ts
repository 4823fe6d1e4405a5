/** What a chart is drawn with, apart from the colours of its data. */
export interface ChartTheme {
  readonly text: string
  /** What lies on colours of the data. */
  readonly foreground: string
  readonly lines: string
  readonly background: string
  /** The selection, and what the keyboard is on. */
  readonly accent: string
  readonly fontFamily: string
}

/** Reads VS Code's theme as it applies to an element; what a theme leaves out follows from its text colour. */
export function readChartTheme(of: Element): ChartTheme {
  const style = getComputedStyle(of)
  const read = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise
  return {
    text: read('--vscode-descriptionForeground', style.color),
    foreground: read('--vscode-editor-foreground', style.color),
    lines: read('--vscode-charts-lines', style.color),
    background: read('--vscode-editor-background', 'transparent'),
    accent: read('--vscode-focusBorder', style.color),
    fontFamily: style.fontFamily,
  }
}

/** VS Code changes attributes of the page's root and body when the user changes the theme. */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed)
  for (const watched of [document.documentElement, document.body]) {
    observer.observe(watched, { attributes: true, attributeFilter: ['class', 'style'] })
  }
  return () => observer.disconnect()
}
