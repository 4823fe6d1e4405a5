/** Every text that webviews show, in English; other languages translate these keys. */
export const english = {
  'view.tabs': 'Ways to compare',
  'view.save': 'Save View',
  'view.chosen': '{count} chosen',
  'tab.runs': 'Runs',
  'tab.charts': 'Charts',
  'tab.differences': 'Differences',
} as const

export type TextKey = keyof typeof english
