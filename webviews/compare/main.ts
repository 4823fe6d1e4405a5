import { viewTabs, type ViewTab } from '../../src/protocol/saved-view.ts'
import { connectHost } from '../shared/host.ts'
import { speak } from '../shared/texts.ts'
import { createArtifactsTab } from './artifacts-tab.ts'
import { createChartsTab } from './charts-tab.ts'
import { createDifferencesTab } from './differences-tab.ts'
import { createHeader } from './header.ts'
import { createRunsTab } from './runs-tab.ts'
import type { Tab } from './tab.ts'
import { createViewState } from './view-state.ts'

const host = connectHost()
let tabs: Readonly<Record<ViewTab, Tab>> | undefined

host.onShow(({ view, experimentIds, place, language }) => {
  speak(language)
  const state = createViewState({ view, experimentIds, place }, host.changed)
  const parts = { host, state }
  const opened = {
    runs: createRunsTab(parts),
    charts: createChartsTab(parts),
    differences: createDifferencesTab(parts),
    artifacts: createArtifactsTab(parts),
  }
  tabs = opened
  const showTab = () => {
    for (const tab of viewTabs) opened[tab].element.hidden = tab !== state.view.tab
    opened[state.view.tab].shown()
  }
  document.body.replaceChildren(createHeader(parts), ...viewTabs.map((tab) => opened[tab].element))
  state.subscribe((before) => {
    if (before.tab !== state.view.tab) showTab()
  })
  showTab()
})

host.onEvent((event) => {
  for (const tab of Object.values(tabs ?? {})) tab.received(event)
})
