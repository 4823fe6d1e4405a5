/**
 * The text with another port, where it is a URL of this machine's loopback at `from`. The host becomes 127.0.0.1, for
 * the other machine may know `localhost` by IPv6 alone.
 */
export function moveUrl(text: string, from: number, to: number): string {
  const found = /^(https?:\/\/)(?:127\.0\.0\.1|localhost|\[::1\]):(\d+)(\/.*)?$/.exec(text)
  if (found === null || Number(found[2]) !== from) return text
  return `${found[1]}127.0.0.1:${to}${found[3] ?? ''}`
}
