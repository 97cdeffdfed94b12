import { expect, test } from 'vitest'
import { readBy } from './readers'

test('who reads a text is said as the contract has it', () => {
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
