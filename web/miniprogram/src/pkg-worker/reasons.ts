// Ready words for the reasons a worker gives.
export const HAND_BACK = ['时间排不开', '需要别的专长', '和服务对象认识，应当回避', '路太远，赶不过来']
export const NO_SHOW = ['到了，没有人在', '电话没人接', '临时有事，没来']
