/** DuckDB knows columns by their names, whatever the case, and each has one. A file may have one twice, or none. */
export function uniqueNames(names: readonly (string | null)[]): string[] {
  const taken = new Set<string>()
  return names.map((given, at) => {
    const name = given === null || given === '' ? `column${at}` : given
    let unique = name
    for (let turn = 1; taken.has(unique.toLowerCase()); turn++) unique = `${name}_${turn}`
    taken.add(unique.toLowerCase())
    return unique
  })
}
