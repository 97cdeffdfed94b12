// Pictures chosen on the phone, sent once the request is there. What failed stays to be tried again.
import { ref, shallowRef } from 'vue'
import { Problem, newKey } from '@yimi/client'
import { choosePictures, sendPicture } from '@/app/files'

export const MOST_PICTURES = 9

interface Picture {
  path: string
  /** The Idempotency-Key of every attempt. */
  key: string
}

export function usePictures() {
  const pictures = shallowRef<Picture[]>([])
  const sending = ref(false)
  const problem = shallowRef<Problem | null>(null)

  async function add(there = 0) {
    const left = MOST_PICTURES - there - pictures.value.length
    if (left > 0) pictures.value = [...pictures.value, ...(await choosePictures(left)).map((path) => ({ path, key: newKey() }))]
  }
  const drop = (one: Picture) => (pictures.value = pictures.value.filter((other) => other !== one))
  const look = (one: Picture) => uni.previewImage({ urls: pictures.value.map((other) => other.path), current: one.path })

  /** Sends them one after another and stops at the first that fails; true when none is left. */
  async function send(requestId: number): Promise<boolean> {
    sending.value = true
    problem.value = null
    try {
      for (const one of pictures.value) {
        await sendPicture(requestId, one.path, one.key)
        drop(one)
      }
      return true
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problem.value = error
      return false
    } finally {
      sending.value = false
    }
  }
  function forget() {
    pictures.value = []
    problem.value = null
  }

  return { pictures, sending, problem, add, drop, look, send, forget }
}
