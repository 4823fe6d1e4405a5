/** Pieces of a pattern, as regular expressions; any other piece matches one letter. */
export const anyLetters = '[^/]*'
export const anything = '.+'
export const anyFolders = '(?:.*/)?'

/** A regular expression tries each way to share a text among its stars: with this many it is still soon done. */
const fewStars = 2

/**
 * Whether a text as a whole is what pieces match one after another, in time that grows with both, and not with the ways
 * to match them: patterns come with repositories.
 */
export function createMatcher(pieces: readonly string[]): (text: string) => boolean {
  const stars = pieces.filter((piece, index) => index > 0 && isStar(piece))
  if (stars.length > fewStars) return createSteps(pieces)
  const regex = new RegExp(`^${pieces.join('')}$`, 'su')
  return (text) => regex.test(text)
}

function isStar(piece: string): boolean {
  return piece === anyLetters || piece === anything || piece === anyFolders
}

/**
 * Goes through a text once, with all places in the pattern that may come next.
 *
 * @see Thompson 1968, "Regular Expression Search Algorithm"
 */
function createSteps(pieces: readonly string[]): (text: string) => boolean {
  const letters = pieces.map((piece) => (isStar(piece) ? undefined : new RegExp(`^${piece}$`, 'su')))
  /** Adds a place, and those behind it that need no letter. */
  const add = (places: Set<number>, from: number) => {
    let at = from
    while (pieces[at] === anyLetters || pieces[at] === anyFolders) places.add(at++)
    places.add(at)
  }
  return (text) => {
    let places = new Set<number>()
    add(places, 0)
    /** Folders of which a part was read: the next piece comes after a slash. */
    let inside = new Set<number>()
    for (const letter of text) {
      const [next, nextInside] = [new Set<number>(), new Set<number>()]
      for (const at of places) {
        const piece = pieces[at]
        if (piece === anyFolders) enterFolders(at)
        else if (piece === anything) next.add(at).add(at + 1)
        else if (piece === anyLetters ? letter !== '/' : letters[at]?.test(letter) === true) {
          add(next, piece === anyLetters ? at : at + 1)
        }
      }
      for (const at of inside) enterFolders(at)
      ;[places, inside] = [next, nextInside]
      function enterFolders(at: number): void {
        nextInside.add(at)
        if (letter === '/') add(next, at + 1)
      }
    }
    return places.has(pieces.length)
  }
}
