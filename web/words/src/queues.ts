// The queues that service requests wait in, and their words.
import type { Schemas } from '@yimi/client'

type Queue = Schemas['RequestQueue']

export const QUEUES: { queue: Queue; word: string; title: string; none: string; line: string; icon: string }[] = [
  { queue: 'new', word: '待审批', title: '待审批的服务申请', none: '都审批完了', line: '居民交来新的申请，会出现在这里', icon: 'approve' },
  {
    queue: 'overdue',
    word: '超时未回复',
    title: '超过答复时间的申请',
    none: '没有超时的申请',
    line: '每件都在答应的时间里答复了',
    icon: 'warning',
  },
  {
    queue: 'unassigned',
    word: '待安排',
    title: '通过了，还没安排人',
    none: '都安排好了',
    line: '通过了还没有社工的申请，会出现在这里',
    icon: 'team',
  },
  {
    queue: 'to_accept',
    word: '待社工接单',
    title: '安排了，社工还没接单',
    none: '社工都接单了',
    line: '社工还没接的申请，会出现在这里',
    icon: 'clock',
  },
  {
    queue: 'to_review',
    word: '待结案审核',
    title: '服务完了，等结案',
    none: '都结案了',
    line: '社工做完的申请，看过记录就可以结案',
    icon: 'certificate',
  },
  {
    queue: 'referred_in',
    word: '转来待接收',
    title: '别处转来，等我们收下',
    none: '没有转来的申请',
    line: '别的站转给我们的申请，会出现在这里',
    icon: 'share',
  },
  {
    queue: 'follow_up',
    word: '低评分待回访',
    title: '评分低，要打电话问问',
    none: '没有要回访的',
    line: '居民评 1、2 分的申请，会出现在这里',
    icon: 'phone',
  },
  {
    queue: 'messages',
    word: '留言没有人回',
    title: '居民留了言，还没有社工',
    none: '留言都回了',
    line: '还没有社工的申请，居民留了言会出现在这里',
    icon: 'chat',
  },
]

export function isQueue(word: unknown): word is Queue {
  return QUEUES.some((one) => one.queue === word)
}
