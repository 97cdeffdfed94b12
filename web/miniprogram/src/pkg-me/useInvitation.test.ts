import { expect, test } from 'vitest'
import '../../test/uni'
import { asCode, faultOf } from './useInvitation'

test('a code is read as it is meant', () => {
  expect(asCode(' hk7m-2wqd ')).toBe('HK7M2WQD')
  expect(asCode('HK7M2WQD9')).toBe('HK7M2WQD')
  expect(faultOf('HK7M2WQD')).toBe('')
  for (const never of '01OI') expect(faultOf(`HK7M2WQ${never}`)).not.toBe('')
})
