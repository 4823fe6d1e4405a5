import { defineCommand } from '../command.ts'
import { isFieldElement, isMetricElement, type FieldElement, type MetricElement } from '../tree/element.ts'

const isValueElement = (value: unknown): value is FieldElement | MetricElement =>
  isFieldElement(value) || isMetricElement(value)

export default defineCommand({
  id: 'runwright.copyValue',
  title: 'Copy Value',
  appliesTo: 'viewItem =~ /^(field|metric)/',
  menu: '3_copy@1',
  accepts: isValueElement,
  async run({ vscode }, elements) {
    const values = elements.map((element) => (element.kind === 'field' ? element.value : String(element.metric.value)))
    await vscode.env.clipboard.writeText(values.join('\n'))
  },
})
