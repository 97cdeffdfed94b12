import { expect, test } from 'vitest'
import { isQueue } from './queues'

test('a queue is known by its word', () => {
  expect([isQueue('overdue'), isQueue('mine'), isQueue(undefined)]).toEqual([true, false, false])
})
