/** Characters of an answer at most: some 6,000 tokens, so that one answer leaves a model room to think. */
export const maxTextLength = 24_000

/** Cuts a text at the end of a line, and says that and how much is missing. */
export function boundText(text: string, maxLength = maxTextLength): string {
  if (text.length <= maxLength) return text
  const note = (count: number) => `\n… ${count} more characters are left out; ask for less at a time.\n`
  const room = maxLength - note(text.length).length
  const newline = text.lastIndexOf('\n', room)
  // One enormous line is cut within, but not within a character.
  const end = newline > room / 2 ? newline : room - (/[\ud800-\udbff]/.test(text.charAt(room - 1)) ? 1 : 0)
  return text.slice(0, end) + note(text.length - end)
}
