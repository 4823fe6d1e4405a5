import { defineCommand } from '../command.ts'
import { localize } from '../localize.ts'
import { variableOrderKey, variableOrders } from '../notebook/present-variable.ts'

export default defineCommand({
  id: 'runwright.sortVariables',
  title: 'Sort Variables…',
  icon: '$(sort-precedence)',
  when: 'runwright.notebookIsOpen',
  view: 'variables',
  titleBar: 'navigation@1',
  async run({ vscode, memory, variables }) {
    const labels = { name: localize('By name'), type: localize('By type'), size: localize('Largest first') }
    const items = variableOrders.map((order) => ({ label: labels[order], order }))
    const picked = await vscode.window.showQuickPick(items, { title: localize('Sort Variables') })
    if (picked === undefined) return
    await memory.update(variableOrderKey, picked.order)
    variables.reload()
  },
})
