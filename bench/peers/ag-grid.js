import { AllCommunityModule, createGrid, ModuleRegistry, themeQuartz } from 'ag-grid-community'
import { createHolder } from './curves.js'

ModuleRegistry.registerModules([AllCommunityModule])

let rowData
let columnDefs
let grid

globalThis.peer = {
  prepare(rows, columns) {
    const names = Array.from({ length: columns }, (_, column) => `c${column}`)
    columnDefs = names.map((field) => ({ field, width: 100 }))
    const valueOf = (row, column) => (Math.imul(row + 1, 2_654_435_761 + column) >>> 0) / 2 ** 32
    rowData = Array.from({ length: rows }, (_, row) =>
      Object.fromEntries(names.map((name, column) => [name, valueOf(row, column)])),
    )
  },
  open() {
    const holder = createHolder()
    holder.style.cssText = 'width: 1260px; height: 720px'
    grid = createGrid(holder, { theme: themeQuartz, columnDefs, rowData, animateRows: false, rowHeight: 24 })
  },
  sort: () => grid.applyColumnState({ state: [{ colId: 'c3', sort: 'desc' }] }),
  scroll: (by) => (document.querySelector('.ag-body-viewport').scrollTop += by),
}
