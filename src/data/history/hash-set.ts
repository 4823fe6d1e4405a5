import { type DataHash, isDirHash, type Sha256 } from '../hash.ts'

/** Names of objects, a million of them in some ten megabytes each. */
export interface HashSet {
  add(hash: DataHash | Sha256): void
  has(hash: DataHash | Sha256): boolean
  readonly size: number
}

export function createHashSet(): HashSet {
  const names = new Set<string>()
  // A part cut from a long text would keep all of the text in memory; half as many characters of its own do not.
  const pack = (hash: DataHash | Sha256) => Buffer.from(hash.slice(0, 64), 'hex').toString('latin1')
  const lists = new Set<string>()
  // SAFETY: a SHA-256 has no `.dir` at its end, which is all that is asked.
  const setOf = (hash: DataHash | Sha256) => (isDirHash(hash as DataHash) ? lists : names)
  return {
    add: (hash) => void setOf(hash).add(pack(hash)),
    has: (hash) => setOf(hash).has(pack(hash)),
    get size() {
      return names.size + lists.size
    },
  }
}
