// What is asked before a step that only needs words: the title, who reads it, and ready words.
import { readBy } from './readers'
import type { Act } from './requestWork'

export const RETURN_REASONS = ['请补上监护人的同意', '请写清楚需要什么帮助', '请补充老人现在的用药', '地址不完整，请写到门牌号']
export const REJECT_REASONS = ['不在我们站的服务范围', '服务对象不符合这项服务的条件', '这件事请打 110 或 120', '和另一份申请重复']

export type WordAct = Extract<
  Act,
  'return' | 'reject' | 'send_back' | 'no_show' | 'reopen' | 'close' | 'cancel' | 'follow_up' | 'message' | 'note'
>

export interface AskWords {
  title: string
  detail: string
  choices: string[]
  yes: string
  readers: string
  optional?: boolean
  max?: number
  placeholder?: string
}

export const ASKS: Record<WordAct, AskWords> = {
  return: {
    title: '退回补充',
    readers: readBy('returnRequest.reason'),
    detail: '缺什么写明白，补好可以再交。会原样告诉申请人',
    choices: RETURN_REASONS,
    yes: '退回',
  },
  reject: {
    title: '不通过',
    readers: readBy('rejectRequest.reason'),
    detail: '原因会原样告诉申请人，请写得客气、明白',
    choices: REJECT_REASONS,
    yes: '不通过',
  },
  send_back: {
    title: '退回原来的站',
    readers: readBy('sendBackRequest.reason'),
    detail: '原因会告诉转来的同事',
    choices: ['不在我们站的服务范围', '我们站没有合适的社工', '申请人已经不需要了'],
    yes: '退回去',
  },
  no_show: {
    title: '没有见到人',
    readers: readBy('markNoShow.reason'),
    detail: '这次不算，回到“约时间”再约。可以写一句',
    choices: ['到时间没有来', '上门没有人在', '电话打不通'],
    yes: '记下没有见到人',
    optional: true,
  },
  reopen: {
    title: '还要再办',
    readers: readBy('reopenRequest.reason'),
    detail: '会退给社工接着办',
    choices: ['服务记录太简单，请补充', '居民说还没办好', '还需要再去一次'],
    yes: '退给社工',
  },
  close: {
    title: '审核结案',
    readers: readBy('closeRequest.reason'),
    detail: '结案后会请居民评价。可以写一句审核意见',
    choices: [],
    yes: '结案',
    optional: true,
  },
  cancel: {
    title: '取消这份申请',
    readers: readBy('cancelRequest.reason'),
    detail: '取消以后不能恢复，会告诉申请人。',
    choices: ['申请人打电话来取消', '联系不上申请人', '重复申请'],
    yes: '确定取消',
    optional: true,
  },
  follow_up: {
    title: '记下回访',
    readers: readBy('followUpRequest.reason'),
    detail: '居民说了什么，打算怎么改。记在内部备注里',
    choices: ['已道歉，居民接受', '已换一位社工', '电话没有打通，改天再打'],
    yes: '记下',
  },
  message: {
    title: '给申请人留言',
    readers: readBy('addMessage.text'),
    detail: '回答居民，或者问一句',
    choices: [],
    yes: '发出',
    max: 500,
    placeholder: '写给申请人的话',
  },
  note: {
    title: '写内部备注',
    readers: readBy('addStaffNote.text'),
    detail: '写好后不能改',
    choices: [],
    yes: '写好',
    max: 500,
    placeholder: '给同事看的话',
  },
}

export function isWordAct(act: string): act is WordAct {
  return act in ASKS
}
