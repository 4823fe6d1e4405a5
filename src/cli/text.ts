/** Columns that a text takes on a terminal: two for East Asian wide characters and emoji, none for marks. */
export function displayWidth(text: string): number {
  if (plain.test(text)) return text.length
  let width = 0
  for (const { segment } of segments(text)) width += wide.test(segment) ? 2 : 1
  return width
}

/** What needs nothing of what V8 knows of languages, which takes 20 ms to load. */
const plain = /^[\x20-\x7e]*$/
let graphemes: Intl.Segmenter | undefined

function segments(text: string): Iterable<Intl.SegmentData> {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return graphemes.segment(text)
}

const wide =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u

/** Cuts a text to at most `width` columns, with `…` at the cut. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let cut = ''
  let used = 0
  for (const { segment } of segments(text)) {
    used += displayWidth(segment)
    if (used > width - 1) break
    cut += segment
  }
  return `${cut}…`
}

/** Text from elsewhere on one line of a terminal: control characters, which could move its cursor, become `�`. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, '�')
}

/** At most six significant digits, which is what a person compares. */
export function formatNumber(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value)
}

/** For example `850 ms`, `12.3 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.max(0, Math.round(durationMs))} ms`
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`
  const pair = (unit: number, name: string, small: number, smallName: string) =>
    `${Math.floor(durationMs / unit)} ${name} ${Math.floor((durationMs % unit) / small)} ${smallName}`
  if (durationMs < 3_600_000) return pair(60_000, 'min', 1000, 's')
  if (durationMs < 86_400_000) return pair(3_600_000, 'h', 60_000, 'min')
  return pair(86_400_000, 'd', 3_600_000, 'h')
}

/** Coarse age of a moment, for example `just now`, `5 min ago`, `3 h ago`, `12 d ago`. */
export function formatAge(ageMs: number): string {
  if (ageMs < 60_000) return 'just now'
  if (ageMs < 3_600_000) return `${Math.floor(ageMs / 60_000)} min ago`
  if (ageMs < 86_400_000) return `${Math.floor(ageMs / 3_600_000)} h ago`
  return `${Math.floor(ageMs / 86_400_000)} d ago`
}

/** JSON for programs, indented; NaN and the infinities as the strings that MLflow's wire uses for them. */
export function toJson(value: unknown): string {
  const plain = (_key: string, item: unknown) =>
    typeof item === 'number' && !Number.isFinite(item) ? String(item) : item
  return `${JSON.stringify(value, plain, 2)}\n`
}
