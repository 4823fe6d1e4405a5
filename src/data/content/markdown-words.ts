/** The old text and the new one; one alone when they are the same, or one of them is not there. */
export function arrow(old: string | undefined, now: string | undefined): string {
  if (old === undefined || now === undefined || old === now) return now ?? old ?? ''
  return `${old} → ${now}`
}

/** A name as code, whatever characters it holds. */
export function code(text: string): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
  return plain.includes('`') ? `\`\` ${plain} \`\`` : `\`${plain}\``
}

export function bulletList(lines: readonly string[]): string {
  return lines.map((line) => `- ${line.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')}\n`).join('')
}
