/** The browser that drives VS Code's web workbench in the tests; nothing to install but the program itself. */
export default {
  title: 'Chromium',
  inputs: [],
  tools: ['chromium'],
}
