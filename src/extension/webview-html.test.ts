import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createWebviewHtml, type WebviewPage } from './webview-html.ts'

const page: WebviewPage = {
  title: 'Compare',
  language: 'en',
  scripts: ['https://host/compare.js'],
  style: 'https://host/compare.css',
  source: 'https://host',
  nonce: 'once',
}

describe('the page of a webview', () => {
  it('lets its own scripts run and nothing else, and reaches no network', () => {
    const html = createWebviewHtml(page)
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? []
    const rules = new Map(policy.split('; ').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1).join(' ')]))
    assert.equal(rules.get('default-src'), "'none'")
    assert.equal(rules.get('script-src'), "'nonce-once'")
    assert.equal(rules.get('connect-src'), undefined)
    assert.ok(!policy.includes('unsafe-eval'))
    assert.deepEqual(html.match(/<script[^>]*>/g), [
      '<script type="module" nonce="once" src="https://host/compare.js">',
    ])
  })

  it('shows every text as it is', () => {
    const evil = '"><script>alert(1)</script>&'
    const html = createWebviewHtml({ ...page, title: evil, scripts: [evil], style: evil, notice: evil })
    assert.equal(html.match(/<script/g)?.length, 1)
    assert.ok(!html.includes('alert(1)</script>&<'))
    assert.ok(html.includes('<p class="page-notice" role="alert">&#34;&#62;&#60;script&#62;alert(1)'))
  })

  it('reads from right to left where the language does', () => {
    assert.match(createWebviewHtml({ ...page, language: 'ar' }), /<html lang="ar" dir="rtl">/)
    assert.match(createWebviewHtml(page), /<html lang="en" dir="ltr">/)
  })
})
