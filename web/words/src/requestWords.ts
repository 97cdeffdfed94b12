// How service requests are named and shown on more than one page.
import type { Schemas } from '@yimi/client'
import type { TagWords } from './labels'

type State = Schemas['RequestState']

const STATES: Record<State, TagWords> = {
  draft: { text: '草稿', tone: undefined },
  submitted: { text: '待审批', tone: 'wait' },
  returned: { text: '请补充', tone: 'wait', icon: 'edit' },
  approved: { text: '已通过', tone: 'ok' },
  rejected: { text: '没有通过', tone: 'bad' },
  assigned: { text: '已安排', tone: 'ok' },
  scheduled: { text: '已约好', tone: 'ok', icon: 'check' },
  in_service: { text: '服务中', tone: 'info' },
  completed: { text: '已完成', tone: 'ok', icon: 'check' },
  closed: { text: '已结案', tone: undefined },
  cancelled: { text: '已取消', tone: undefined },
  referred: { text: '已转介', tone: 'edit' },
}

/** The tag of a request. */
export function requestTag(state: State): TagWords {
  return STATES[state]
}

export const URGENCIES: Record<Schemas['Urgency'], string> = { normal: '不急', soon: '尽快', urgent: '很急' }

export const WAYS: Record<Schemas['ServiceWay'], { text: string; icon: string }> = {
  home: { text: '上门', icon: 'home' },
  station: { text: '到站', icon: 'place' },
  phone: { text: '电话', icon: 'phone' },
  video: { text: '视频', icon: 'chat' },
}

export const LEVELS: Record<Schemas['Qualification'], string> = {
  none: '社工',
  junior: '助理社工师',
  intermediate: '中级社工师',
  senior: '高级社工师',
}

export const RELATIONS: Record<Schemas['Relation'], string> = {
  self: '本人',
  parent: '父母',
  spouse: '爱人',
  child: '子女',
  grandparent: '祖父母',
  grandchild: '孙辈',
  sibling: '兄弟姐妹',
  neighbour: '邻居',
  other: '其他人',
}

export const GROUPS: Record<Schemas['TargetGroup'], string> = {
  everyone: '不限',
  elder: '60 岁以上老人',
  child: '18 岁以下孩子',
  disabled: '残障人士',
  hardship: '特困人员',
  low_income: '低保、低收入',
  left_behind: '留守或困境儿童',
}

export const FIELDS: Record<Schemas['ServiceField'], string> = {
  relief: '社会救助',
  elder: '养老服务',
  child: '儿童关爱',
  community: '社区治理',
}

export const THEMES: Record<Schemas['ServiceTheme'], string> = {
  heart: '心里的事',
  body: '身体和家',
  rights: '权益和来往',
  family: '孩子和家人',
}

/** The drawing of a service and the ground it stands on. */
export const SERVICE_ICONS: Record<Schemas['ServiceIcon'], { icon: string; tone: 'orchid' | 'path' | 'river' | 'green' }> = {
  counsel: { icon: 'svc-counsel', tone: 'orchid' },
  company: { icon: 'svc-company', tone: 'path' },
  life: { icon: 'svc-life', tone: 'orchid' },
  care: { icon: 'svc-care', tone: 'green' },
  safe: { icon: 'svc-safe', tone: 'river' },
  law: { icon: 'svc-law', tone: 'river' },
  blend: { icon: 'svc-blend', tone: 'green' },
  family: { icon: 'svc-family', tone: 'path' },
  hobby: { icon: 'svc-hobby', tone: 'orchid' },
}

/** 为本人, 为父母 林国栋: whom it is for. */
export function forWhom(of: { relation: Schemas['Relation']; beneficiary_name: string }): string {
  return of.relation === 'self' ? '为本人' : `为${RELATIONS[of.relation]} ${of.beneficiary_name}`
}

// ---- who agreed that words about health are kept, of somebody who is asked for ----
export type HealthSaid = '' | 'self in_person' | 'self phone' | 'guardian in_person' | 'guardian phone'
export const HEALTH: Record<Exclude<HealthSaid, ''>, string> = {
  'self in_person': '本人当面同意',
  'self phone': '本人电话里同意',
  'guardian in_person': '监护人当面同意',
  'guardian phone': '监护人电话里同意',
}
export const asksHealth = (service: Pick<Schemas['ServiceType'], 'confidential' | 'questions'>) =>
  service.confidential || service.questions.some((one) => one.sensitive)
export const healthInput = (of: HealthSaid): { health_consent?: Schemas['HealthConsent'] } => {
  const [by, way] = of.split(' ') as [Schemas['HealthConsent']['by'], Schemas['HealthConsent']['way']]
  return of ? { health_consent: { by, way } } : {}
}
export const healthSaid = (of?: Schemas['HealthConsent']): HealthSaid => (of ? `${of.by} ${of.way}` : '')
