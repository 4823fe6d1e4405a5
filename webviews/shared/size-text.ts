const units = ['KB', 'MB', 'GB', 'TB'] as const

/** A size for people to read, 1,024 bytes to the KB: `512 B`, `1.5 KB`, `32 MB`. */
export function toSizeText(sizeBytes: number): string {
  if (sizeBytes < 1024) return `${sizeBytes} B`
  const power = Math.min(units.length, Math.floor(Math.log2(sizeBytes) / 10))
  const value = sizeBytes / 1024 ** power
  return `${Number(value.toFixed(value < 100 ? 1 : 0))} ${units[power - 1]}`
}
