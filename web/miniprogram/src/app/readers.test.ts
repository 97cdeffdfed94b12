import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { baseParse, type ElementNode } from '@vue/compiler-core'
import { describe, expect, it } from 'vitest'
import { readBy } from './readers'

describe('who reads a text', () => {
  it('is said as the contract has it', () => {
    expect(readBy('handBackCase.reason')).toBe('只有社工和工作人员看得到')
    expect(readBy('rejectRequest.reason')).toBe('居民和工作人员看得到')
    expect(readBy('addMessage.text')).toBe('居民、社工和工作人员看得到')
    expect(readBy('addMessage.text', { mine: true })).toBe('社工和工作人员看得到')
    expect(readBy('addCaseNote.text')).toBe('只有社工和督导看得到')
    expect(readBy('finishVisit.done')).toBe('居民、社工和工作人员看得到')
    expect(readBy('finishVisit.done', { confidential: true })).toBe('只有社工和工作人员看得到，居民看不到')
    expect(readBy('createActivity.title')).toBe('所有人看得到')
    expect(readBy('addBeneficiary.address', { mine: true })).toBe('只有您自己看得到')
    expect(readBy('disputeEntry.words', { mine: true })).toBe('工作人员看得到')
    expect(readBy('decideProposals.reason')).toBe('志愿者本人看得到')
    expect(readBy('addMyException.note')).toBe('您和工作人员看得到')
    expect(readBy('settleDuplicate.reason')).toBe('留作核查，页面上不显示')
    expect(readBy('changePassword.new')).toBe('')
  })
})

/** What is typed and read by nobody, or never sent: searches, codes, numbers, passwords; phones, which the page speaks of. */
const NOT_READ = [
  'type="tel"',
  'type="number"',
  'password',
  'data-testid="search"',
  'data-testid="find"',
  'data-testid="token"',
  'data-testid="login"',
  'data-testid="close-word"',
  'data-testid="invitation-code"',
  'data-testid="question-min"',
  'testid="phone"',
  'testid="caller-phone"',
  'testid="mend-phone"',
]

function* pages(folder: string): Generator<string> {
  for (const one of readdirSync(folder, { withFileTypes: true })) {
    if (one.isDirectory()) yield* pages(join(folder, one.name))
    else if (one.name.endsWith('.vue')) yield join(folder, one.name)
  }
}

const TYPED = ['textarea', 'input', 'ReasonField', 'WordsSheet', 'ReasonSheet']
const templateOf = (file: string) =>
  baseParse(/<template>[\s\S]*<\/template>/.exec(readFileSync(file, 'utf8'))?.[0] ?? '').children as ElementNode[]
const attributes = (node: ElementNode) => node.props.map((prop) => prop.loc.source).join(' ')

/** The field itself, or a `Field` or `FormField` that it stands in, has `readers`. */
const saysReaders = (node: ElementNode) =>
  (TYPED.includes(node.tag) || node.tag.endsWith('Field')) && attributes(node).includes(':readers=')

function* fields(nodes: ElementNode[], around: ElementNode[] = []): Generator<{ node: ElementNode; around: ElementNode[] }> {
  for (const node of nodes.filter((one) => one.type === 1)) {
    if (TYPED.includes(node.tag)) yield { node, around }
    yield* fields(node.children as ElementNode[], [...around, node])
  }
}

describe('every field that words are typed in', () => {
  it('says who reads them', () => {
    const silent: string[] = []
    for (const file of pages('src')) {
      if (/src\/ui\/|src\/pkg-worker\/WordsSheet/.test(file)) continue // they are told who reads
      for (const { node, around } of fields(templateOf(file))) {
        const tag = attributes(node)
        if (![node, ...around].some(saysReaders) && !NOT_READ.some((x) => tag.includes(x)))
          silent.push(`${file}: <${node.tag} ${tag.slice(0, 80)}`)
      }
    }
    expect(silent).toEqual([])
  })
})
