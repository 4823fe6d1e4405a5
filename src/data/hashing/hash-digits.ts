/** The two hashes of a file as 96 hex digits: md5, then SHA-256. What is not known is zeros. */
export interface HashDigits {
  readonly hashes: string
}

export type HashName = 'md5' | 'sha256'

const digitsPerFile = 96
const digitsOfMd5 = 32
export const unknownMd5 = '0'.repeat(digitsOfMd5)
export const unknownSha256 = '0'.repeat(digitsPerFile - digitsOfMd5)

export function md5Of({ hashes }: HashDigits): string {
  return hashes.slice(0, digitsOfMd5)
}

export function sha256Of({ hashes }: HashDigits): string {
  return hashes.slice(digitsOfMd5)
}

/** Those of one of several files whose digits follow one another. */
export function digitsAt({ hashes }: HashDigits, index: number): HashDigits {
  return { hashes: hashes.slice(index * digitsPerFile, (index + 1) * digitsPerFile) }
}

/** What has to be known of a file that was not read again. */
export type HashNeeds = 'md5' | 'both' | 'either'

export function isEnough(digits: HashDigits, needs: HashNeeds): boolean {
  return needs === 'either' || (hasMd5(digits) && (needs === 'md5' || hasSha256(digits)))
}

/** Not of a file that was compared by its SHA-256 alone. */
export function hasMd5(digits: HashDigits): boolean {
  return md5Of(digits) !== unknownMd5
}

/** Not of a file that was made where no manifest tells it. */
export function hasSha256(digits: HashDigits): boolean {
  return sha256Of(digits) !== unknownSha256
}
