import { describe, expect, test } from 'vitest'
import type { Schemas } from '@yimi/client'
import { promised, serviceTag, within } from '@yimi/words/serviceWords'
import { byTheme, findServices, inSegment } from './services'

type Service = Schemas['ServiceType']
const service = (more: Partial<Service>) =>
  ({
    name: '心理疏导',
    line: '与社工面谈',
    detail: '',
    groups: ['everyone'],
    theme: 'heart',
    mode: 'request',
    ways: ['station', 'home'],
    promises: [{ urgency: 'normal', minutes: 4320 }],
    ...more,
  }) as Service

const all = [
  service({ name: '法律援助', line: '赡养、财产、劳动', theme: 'rights', mode: 'booking' }),
  service({ name: '情感陪伴', line: '志愿者上门坐坐', detail: '适合一个人在家的老人', groups: ['elder'] }),
  service({ name: '照料护理', line: '助浴、陪诊', theme: 'body', groups: ['elder', 'disabled'], ways: ['home'] }),
  service({ name: '亲情帮扶', line: '孩子不在身边', theme: 'family', groups: ['left_behind'] }),
]
const names = (items: Service[]) => items.map((one) => one.name)

test('segments go by whom it is for; what is for everyone is for old and young', () => {
  const of = (segment: 'all' | 'elder' | 'child' | 'family') => names(all.filter((one) => inSegment(one, segment)))
  expect(of('all')).toHaveLength(4)
  expect(of('elder')).toEqual(['法律援助', '情感陪伴', '照料护理'])
  expect(of('child')).toEqual(['法律援助', '亲情帮扶'])
  expect(of('family')).toEqual(['法律援助', '照料护理'])
})

describe('search', () => {
  const find = (asked: string) => ({ ...findServices(all, asked), items: names(findServices(all, asked).items) })
  test('looks at name, line and detail', () => {
    expect(find('法律')).toEqual({ items: ['法律援助'], near: false })
    expect(find('陪诊').items).toEqual(['照料护理'])
    expect(find('一个人在家').items).toEqual(['情感陪伴'])
    expect(find('老人 上门').items).toEqual(['情感陪伴'])
  })
  test('without words shows all', () => expect(find('  ').items).toHaveLength(4))
  test('a sentence that nobody wrote finds the nearest, and says so', () =>
    expect(find('老人一个人在家')).toEqual({ items: ['情感陪伴'], near: true }))
  test('finds nothing in nonsense', () => expect(find('qwerty')).toEqual({ items: [], near: true }))
})

test('groups stand in the order of the themes, empty ones are left out', () => {
  expect(byTheme(all).map((group) => [group.title, names(group.items)])).toEqual([
    ['心里的事', ['情感陪伴']],
    ['身体和家', ['照料护理']],
    ['权益和来往', ['法律援助']],
    ['孩子和家人', ['亲情帮扶']],
  ])
  expect(byTheme([all[0]])).toHaveLength(1)
})

describe('the tag', () => {
  test('says how one gets it', () =>
    expect(all.map((one) => serviceTag(one).text)).toEqual(['可约时段', '3 个工作日内回复', '上门', '3 个工作日内回复']))
  test('speaks of promises in the largest whole unit', () =>
    expect([4320, 2880, 240, 90, 30].map((minutes) => within(minutes))).toEqual([
      '3 个工作日',
      '2 个工作日',
      '4 小时',
      '2 小时',
      '30 分钟',
    ]))
  test('of what is very urgent every hour counts', () => expect(within(1440, 'urgent')).toBe('1 天'))
  test('takes the promise of the urgency, else the usual one', () => {
    const two = service({
      promises: [
        { urgency: 'normal', minutes: 4320 },
        { urgency: 'urgent', minutes: 240 },
      ],
    })
    expect([promised(two), promised(two, 'urgent'), promised(two, 'soon')]).toEqual([
      '3 个工作日内回复',
      '4 小时内回复',
      '3 个工作日内回复',
    ])
  })
})
