import { type CellNames, readPythonNames } from './python-names.ts'

const none: CellNames = { uses: new Set(), sets: new Set() }

/** @param language as VS Code calls it; of those that nobody reads here the names are not known */
export function readCellNames(code: string, language: string): CellNames {
  return language === 'python' ? readPythonNames(code) : none
}
