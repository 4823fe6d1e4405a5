import { isRecord } from '../../protocol/json.ts'
import { defineCommand } from '../command.ts'
import { openText } from '../open-text.ts'

export default defineCommand({
  id: 'runwright.showVariable',
  title: 'Show Value',
  inPalette: false,
  async run({ vscode }, element) {
    const variable = isRecord(element) && isRecord(element['variable']) ? element['variable'] : {}
    if (typeof variable['preview'] === 'string') await openText(vscode, variable['preview'])
  },
})
