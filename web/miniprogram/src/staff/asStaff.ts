import { useSession } from '@/app/session'

/** Does it only for staff, once it is known who is there: nobody else's page asks the server what it would refuse. */
export async function asStaff(then: () => unknown): Promise<void> {
  const { start, isStaff } = useSession()
  await start()
  if (isStaff.value) await then()
}
