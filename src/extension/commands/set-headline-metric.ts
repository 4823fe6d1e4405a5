import { defineCommand } from '../command.ts'
import { setHeadlineMetric } from '../headline.ts'
import { isMetricElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.setHeadlineMetric',
  title: 'Set as Headline Metric',
  icon: '$(star)',
  appliesTo: 'viewItem == metric',
  menu: '1_open@1',
  accepts: isMetricElement,
  takes: 'one',
  async run(context, [{ section, metric }]) {
    await setHeadlineMetric(context, section.run.experiment, metric.key)
  },
})
